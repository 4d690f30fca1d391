/** What the window says. */

import { app as simplified } from './zh-CN.json';
import { app as traditional } from './zh-TW.json';
import { app as english } from './en.json';
import type { Language } from './language.ts';

export type Strings = typeof simplified;

/** Returns the texts of the window in one language. */
export function stringsIn(language: Language): Strings {
  return { 'zh-CN': simplified, 'zh-TW': traditional, en: english }[language];
}
