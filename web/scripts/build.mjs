/**
 * Builds everything that the gateway serves into dist/, and files.json, which maps each public path to its file:
 * `{"/widget.js": {"file": "widget/loader.js", "content_type": "text/javascript; charset=utf-8", "immutable": false}}`.
 * Files that carry a hash of their content in their name are immutable. Fails if the widget has grown too large.
 */

import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { aliases } from './aliases.mjs';
import { checkSizes } from './check_sizes.mjs';
import { notices } from './notices.mjs';

const WEB = path.resolve(import.meta.dirname, '..');
const DIST = path.join(WEB, 'dist');
const WIDGET = path.join(WEB, 'widget');

/** Browsers of H5 pages and WebViews are older than desktops: from about 2020 on. */
const TARGET = ['chrome80', 'safari13.1', 'firefox78'];

/** @type {Record<string, string>} */
const CONTENT_TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** @type {import('vite').InlineConfig} */
const shared = {
  configFile: false,
  logLevel: 'warn',
  // Less in a worker asks this thread for files, and gives up after ten looks: on a busy machine the build failed.
  css: { preprocessorMaxWorkers: 0 },
};

/** What went into the bundles. @type {Set<string>} */
const moduleIds = new Set();

/** Builds, and keeps which modules were bundled. */
async function bundle(/** @type {import('vite').InlineConfig} */ config) {
  const result = await build(config);
  for (const { output } of /** @type {import('vite').Rolldown.RolldownOutput[]} */ ([result].flat())) {
    for (const chunk of output) if (chunk.type === 'chunk') for (const id of chunk.moduleIds) moduleIds.add(id);
  }
}

/** Builds one script without parts; returns the name of its file. */
async function buildScript(
  /** @type {string} */ entry,
  /** @type {'es' | 'iife'} */ format,
  /** @type {string} */ name,
  define = {},
) {
  await bundle({
    ...shared,
    root: WIDGET,
    resolve: { alias: aliases },
    define: { 'process.env.NODE_ENV': '"production"', ...define },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      // What these browsers know, said so that `?.` stays: rewriting it for a rare mistake of Chrome 80 makes scripts larger.
      target: 'es2020',
      cssTarget: TARGET,
      outDir: path.join(DIST, 'widget'),
      emptyOutDir: false,
      rolldownOptions: {
        input: path.join(WIDGET, entry),
        output: { format, entryFileNames: name, codeSplitting: false },
        // ChatUI does not say that its modules do nothing by themselves.
        treeshake: { moduleSideEffects: (id) => !id.includes('@chatui') },
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const prefix = name.split('[')[0] ?? name;
  const files = await readdir(path.join(DIST, 'widget'));
  const file = files.find((candidate) => candidate.startsWith(prefix));
  if (!file) throw new Error(`building ${entry} made no ${name}`);
  return file;
}

/** Builds pages with what they load; `base` is their public path. */
async function buildPages(
  /** @type {string} */ folder,
  /** @type {string[]} */ pages,
  /** @type {string} */ base,
  /** @type {string} */ out,
) {
  const root = path.join(WEB, folder);
  await bundle({
    ...shared,
    // It warns of /widget.js, which is not its business.
    logLevel: 'error',
    root,
    base,
    build: {
      outDir: path.join(DIST, out),
      emptyOutDir: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: pages.map((page) => path.join(root, page)),
        external: ['/widget.js'],
        output: {
          entryFileNames: 'assets/[name].[hash].js',
          chunkFileNames: 'assets/[name].[hash].js',
          assetFileNames: 'assets/[name].[hash][extname]',
        },
      },
    },
  });
}

/** Lists the files below a folder, relative to dist/. */
async function filesBelow(/** @type {string} */ folder) {
  const entries = await readdir(path.join(DIST, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(DIST, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

function describe(/** @type {string} */ file, immutable = /\.[\w-]{8}\.\w+$/.test(file)) {
  const content_type = CONTENT_TYPES[path.extname(file)];
  if (!content_type) throw new Error(`${file}: no content type is known for this kind of file`);
  return { file, content_type, immutable };
}

/** Writes a file beside itself in the codings that the gateway sends; once here, so that no request pays for it. */
async function compress(/** @type {string} */ file) {
  const data = await readFile(file);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(`${file}.br`, brotliCompressSync(data, quality));
  await writeFile(`${file}.gz`, gzipSync(data, { level: constants.Z_BEST_COMPRESSION }));
}

await rm(DIST, { recursive: true, force: true });
const app = await buildScript('src/app.tsx', 'es', 'app.[hash].js');
const loader = await buildScript('src/loader/main.ts', 'iife', 'loader.js', {
  APP_PATH: JSON.stringify(`widget/${app}`),
});
await cp(path.join(WIDGET, 'src/chat.html'), path.join(DIST, 'widget/chat.html'));
await buildPages('desk', ['index.html'], '/desk/', 'desk');
await buildPages('demo', ['index.html'], '/demo/', 'demo');
for (const example of ['plain', 'react', 'vue']) {
  await buildPages(`examples/${example}`, ['index.html'], `/demo/examples/${example}/`, `demo/examples/${example}`);
}

await writeFile(path.join(DIST, 'third_party_notices.txt'), await notices(moduleIds));

/** @type {Record<string, ReturnType<typeof describe>>} */
const files = {
  '/third_party_notices.txt': describe('third_party_notices.txt', false),
  '/widget.js': describe(`widget/${loader}`, false),
  [`/widget/${app}`]: describe(`widget/${app}`, true),
  '/chat': describe('widget/chat.html', false),
};
for (const folder of ['desk', 'demo']) {
  for (const file of await filesBelow(folder)) files[`/${file.replace(/\/index\.html$/, '')}`] = describe(file);
}
for (const { file } of Object.values(files)) await compress(path.join(DIST, file));
await writeFile(path.join(DIST, 'files.json'), JSON.stringify(files, null, 2) + '\n');

await checkSizes(path.join(DIST, 'widget', loader), [path.join(DIST, 'widget', app)]);
