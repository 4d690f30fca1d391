/** What the points of a scale mean. */

import { fill } from '@uwallet/shared/fill.ts';
import type { Strings } from '../i18n/strings.ts';

/** Returns the meaning of a point, from 1; empty if the scale is not the one that there are words for. */
export function ratingWord(rating: number, max: number, { rating: { words } }: Strings): string {
  return max === words.length ? (words[rating - 1] ?? '') : '';
}

/** Returns a rating that was given in words, rather than as a bare number. */
export function describeRating(given: { rating: number; max: number } | null, strings: Strings): string | null {
  if (!given) return null;
  const word = ratingWord(given.rating, given.max, strings);
  return word === '' ? null : fill(strings.rating.given, { count: given.rating, word });
}
