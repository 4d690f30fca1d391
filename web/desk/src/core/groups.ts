/** What users asked in vain, by meaning, and what is made of it. Pure. */

/** How much a number has grown: `new` from nothing, otherwise whole percent. */
export function trendOf(count: number, before: number): number | 'new' {
  return before === 0 ? 'new' : Math.round(((count - before) / before) * 100);
}
