/** What the window says. */

import { app as simplified } from './zh-CN.json';
import { app as traditional } from './zh-TW.json';
import type { Language } from './language.ts';

export type Strings = typeof simplified;

/** Returns the texts of the window in one language. */
export function stringsIn(language: Language): Strings {
  return language === 'zh-TW' ? traditional : simplified;
}
