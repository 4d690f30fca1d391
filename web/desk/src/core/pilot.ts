/** How a version that is tried out compares with what is published. Pure. */

import type { PilotFigures } from './protocol.ts';

/** `few`: too little to say; `chance`: what differs may be chance. */
export type Verdict = 'few' | 'chance' | 'higher' | 'lower';

/** Beyond so many standard errors a difference is chance only once in twenty times. */
const SURE = 1.96;

/** The part of the conversations that a count is; null without any. */
export function shareOf(count: number, { conversations }: PilotFigures): number | null {
  return conversations === 0 ? null : count / conversations;
}

/** Whether the part of one version's conversations is higher or lower than that of the other one. */
export function compare(
  name: 'solved' | 'handed_off' | 'not_understood',
  pilot: PilotFigures,
  others: PilotFigures,
  isFew: boolean,
): Verdict {
  const [one, other] = [shareOf(pilot[name], pilot), shareOf(others[name], others)];
  if (isFew || one === null || other === null) return 'few';
  const together = (pilot[name] + others[name]) / (pilot.conversations + others.conversations);
  const error = Math.sqrt(together * (1 - together) * (1 / pilot.conversations + 1 / others.conversations));
  if (Math.abs(one - other) <= SURE * error) return 'chance';
  return one > other ? 'higher' : 'lower';
}
