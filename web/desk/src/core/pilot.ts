/** How a version that is tried out compares with what is published. Pure. */

import type { PilotFigures } from './protocol.ts';
import { compareShares, valueOf, type Verdict } from './shares.ts';

export type { Verdict };

/** The part of the conversations that a count is; null without any. */
export function shareOf(count: number, { conversations }: PilotFigures): number | null {
  return valueOf({ count, of: conversations });
}

/** Whether the part of one version's conversations is higher or lower than that of the other one. */
export function compare(
  name: 'solved' | 'handed_off' | 'not_understood',
  pilot: PilotFigures,
  others: PilotFigures,
  isFew: boolean,
): Verdict {
  if (isFew) return 'few';
  return compareShares(
    { count: pilot[name], of: pilot.conversations },
    { count: others[name], of: others.conversations },
  );
}
