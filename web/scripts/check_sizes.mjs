/** How large the widget may be, in KiB of gzip, as web servers send it (level 6). */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Everything that a page loads before anybody presses the launcher. */
const LOADER_LIMIT = 5;

/** Everything that is ever loaded on a page. */
const TOTAL_LIMIT = 90;

/** Prints the sizes; throws if a limit is passed. */
export async function checkSizes(
  /** @type {string} */ folder,
  /** @type {string} */ loader,
  /** @type {string} */ app,
) {
  const [loaderSize, appSize] = await Promise.all([loader, app].map((file) => gzipSize(path.join(folder, file))));
  const lines = [
    { what: 'before the click', size: loaderSize ?? NaN, limit: LOADER_LIMIT },
    { what: 'altogether', size: (loaderSize ?? NaN) + (appSize ?? NaN), limit: TOTAL_LIMIT },
  ];
  for (const { what, size, limit } of lines) {
    console.log(`widget ${what}: ${size.toFixed(2)} KiB gzip of ${limit}`);
  }
  const over = lines.filter(({ size, limit }) => !(size <= limit));
  if (over.length > 0) throw new Error(`the widget is too large: ${over.map(({ what }) => what).join(', ')}`);
}

async function gzipSize(/** @type {string} */ file) {
  return gzipSync(await readFile(file), { level: 6 }).length / 1024;
}
