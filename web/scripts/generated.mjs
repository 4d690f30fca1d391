/** Files that are made from what the gateway prints. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const WEB = path.resolve(import.meta.dirname, '..');

/** Writes a file; with --check it writes nothing, and fails if the file differs. */
export async function keep(/** @type {string} */ file, /** @type {string} */ content) {
  if (!process.argv.includes('--check')) await writeFile(file, content);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== content) {
    console.error(`${path.relative(WEB, file)} differs from what the gateway has: run \`make protocol\`.`);
    process.exitCode = 1;
  }
}
