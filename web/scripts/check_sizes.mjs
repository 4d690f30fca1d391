/** How large the widget may be, in KiB, as the gateway serves it: the files that the build has compressed beside each other. */

import { stat } from 'node:fs/promises';

/** Everything that a page loads before anybody presses the launcher. */
const LOADER_LIMIT = 5;

/** Everything that is ever loaded on a page. */
const TOTAL_LIMIT = 90;

/** Browsers ask for brotli over HTTPS only. */
const CODINGS = { brotli: '.br', gzip: '.gz' };

/** Prints the sizes; throws if a limit is passed. */
export async function checkSizes(/** @type {string} */ loader, /** @type {string[]} */ loadedLater) {
  const over = [];
  for (const [coding, ending] of Object.entries(CODINGS)) {
    const [first = 0, ...others] = await Promise.all([loader, ...loadedLater].map((file) => kibibytes(file + ending)));
    const total = others.reduce((sum, size) => sum + size, first);
    console.log(
      `widget in ${coding}: ${first.toFixed(2)} KiB of ${LOADER_LIMIT} before the click, ${total.toFixed(2)} of ${TOTAL_LIMIT} altogether`,
    );
    if (first > LOADER_LIMIT || total > TOTAL_LIMIT) over.push(coding);
  }
  if (over.length > 0) throw new Error(`the widget is too large in ${over.join(' and ')}`);
}

async function kibibytes(/** @type {string} */ file) {
  return (await stat(file)).size / 1024;
}
