/** When a chat that ends now may go on. Pure. */

/** The way to end a chat that does not close its ticket, beside the gateway's dispositions. */
export const FOLLOW_UP = 'follow_up';

export type LaterName = 'tomorrow' | 'two_hours' | 'three_days';

/** Hour of the day at which agents come back to what was put off for days; only a proposal, in the agent's own time. */
const MORNING = 10;

/** Returns moments to choose from, the likeliest first. `now` and `at`: milliseconds since 1970. */
export function laterTimes(now: number): { name: LaterName; at: number }[] {
  return [
    { name: 'tomorrow', at: morningIn(now, 1) },
    { name: 'two_hours', at: now + 2 * 3_600_000 },
    { name: 'three_days', at: morningIn(now, 3) },
  ];
}

function morningIn(now: number, days: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, MORNING).getTime();
}
