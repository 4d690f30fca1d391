/**
 * Writes the words that the desk shares with exported files, which the gateway prints (on standard input), into
 * desk/src/i18n/words.gen.json.
 */

import path from 'node:path';
import { text } from 'node:stream/consumers';
import { format, resolveConfig } from 'prettier';
import { keep, WEB } from './generated.mjs';

const FILE = path.join(WEB, 'desk/src/i18n/words.gen.json');

await keep(FILE, await format(await text(process.stdin), { ...(await resolveConfig(FILE)), parser: 'json' }));
