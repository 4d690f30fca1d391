/** Third-party notices of what the build has bundled: name, version, licence and its text, of each package. */

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const MARK = `${path.sep}node_modules${path.sep}`;

/** Returns the folder of the package that a module belongs to; null for our own modules and those that the bundler makes. */
function packageFolder(/** @type {string} */ id) {
  const clean = (id.replace(/^\0/, '').split('?')[0] ?? '').split('/').join(path.sep);
  const start = clean.lastIndexOf(MARK);
  if (start < 0) return null;
  const [scope, name] = clean.slice(start + MARK.length).split(path.sep);
  const inside = scope?.startsWith('@') ? path.join(scope, name ?? '') : (scope ?? '');
  return path.join(clean.slice(0, start + MARK.length), inside);
}

async function licenceText(/** @type {string} */ folder) {
  const name = (await readdir(folder)).sort().find((file) => /^(licen[cs]e|copying)/i.test(file));
  return name ? (await readFile(path.join(folder, name), 'utf8')).trim() : '';
}

/** Returns the notices for the modules of some bundles. Throws if a package does not say its licence. */
export async function notices(/** @type {Iterable<string>} */ moduleIds) {
  const folders = new Set([...moduleIds].map(packageFolder).filter((folder) => folder !== null));
  const entries = [];
  for (const folder of folders) {
    /** @type {{ name: string, version: string, license?: string, author?: string | { name?: string } }} */
    const about = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    if (!about.license) throw new Error(`${about.name} is bundled and does not say its licence`);
    const author = typeof about.author === 'string' ? about.author : about.author?.name;
    const text = (await licenceText(folder)) || [about.license, author && `by ${author}`].filter(Boolean).join(', ');
    entries.push({ title: `${about.name} ${about.version} (${about.license})`, text });
  }
  entries.sort((one, other) => (one.title < other.title ? -1 : 1));
  const titles = new Set();
  return entries
    .filter(({ title }) => !titles.has(title) && titles.add(title))
    .map(({ title, text }) => `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`)
    .join('\n\n');
}
