/** What users asked in vain, by meaning, and what is made of it. Pure. */

import type { StudioFaq } from './studio.ts';

/** How much a number has grown: `new` from nothing, otherwise whole percent. */
export function trendOf(count: number, before: number): number | 'new' {
  return before === 0 ? 'new' : Math.round(((count - before) / before) * 100);
}
/** Longer than a question of one thing; a story is no wording of it. */
const LONGEST_WORDING = 60;

/** The examples of a group that can be wordings of a question: none that hold something masked, or are stories. */
export function wordingsOf(examples: readonly string[]): string[] {
  const fit = examples
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '' && text.length <= LONGEST_WORDING && !text.includes('**'));
  return [...new Set(fit)];
}

/** A question with more wordings, without those that it has already. */
export function withWordings(faq: StudioFaq, wordings: readonly string[]): StudioFaq {
  const known = new Set([faq.question, ...faq.similar].map(plain));
  return { ...faq, similar: [...faq.similar, ...wordings.filter((text) => !known.has(plain(text)))] };
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
