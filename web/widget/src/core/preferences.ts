/** The page's settings that only the window needs: the loader hands on what stands in the script tag. */

import type { Settings } from '../interface.ts';

export interface Preferences {
  /** Large text and buttons, unless the user has chosen another size. */
  elder: boolean;
  /** Whether questions are suggested while the user types. */
  suggestions: boolean;
  /** Whether answers can be read aloud and messages dictated, where the browser can. */
  voice: boolean;
  /** Questions that belong to this page. */
  hints: readonly string[];
}

/** More than these do not fit above the field. */
const MOST_HINTS = 5;

export function readPreferences({ value }: Pick<Settings, 'value'>): Preferences {
  return {
    elder: ![undefined, 'false'].includes(value('elder')),
    suggestions: value('suggestions') !== 'off',
    voice: value('voice') !== 'off',
    // A list that a page hands over becomes a text with commas; questions in Chinese have none of these.
    hints: (value('hints') ?? '')
      .split(/[|,\n]/)
      .map((hint) => hint.trim())
      .filter((hint) => hint !== '')
      .slice(0, MOST_HINTS),
  };
}
