/** Shares of small counts, and whether what differs between two of them may be chance. Pure. */

/** `few`: too little to say; `chance`: what differs may be chance. */
export type Verdict = 'few' | 'chance' | 'higher' | 'lower';

/** So many of a whole. */
export interface Share {
  count: number;
  of: number;
}

/** Beyond so many standard errors a difference is chance only once in twenty times. */
const SURE = 1.96;

/** The part of the whole that a count is; null without any. */
export function valueOf({ count, of }: Share): number | null {
  return of === 0 ? null : count / of;
}

/** Whether one share is higher or lower than another. */
export function compareShares(one: Share, other: Share): Verdict {
  const [first, second] = [valueOf(one), valueOf(other)];
  if (first === null || second === null) return 'few';
  const together = (one.count + other.count) / (one.of + other.of);
  const error = Math.sqrt(together * (1 - together) * (1 / one.of + 1 / other.of));
  if (Math.abs(first - second) <= SURE * error) return 'chance';
  return first > second ? 'higher' : 'lower';
}
