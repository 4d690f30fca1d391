/** Filters of a list as they are kept under a name. Pure; days are those of the browser. */

export type Filters = Readonly<Record<string, string>>;

const DAY = 86_400_000;

/** Returns `2026-07-03`. */
function dayOf(time: number): string {
  const day = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Returns the middle of a day, so that no change of the clock makes another day of it. */
function noonOf(day: string): number {
  return new Date(`${day}T12:00:00`).getTime();
}

/** Returns how many days up to today are asked for; null if the last day is another one, or the first is open. */
export function daysUpTo(filters: Filters, now: number): number | null {
  const { from, to } = filters;
  if (!from || (to && to !== dayOf(now))) return null;
  const days = Math.round((noonOf(dayOf(now)) - noonOf(from)) / DAY) + 1;
  return days >= 1 ? days : null;
}

/** Returns filters to keep: those that are empty left out, and the days told from the day on which they are opened. */
export function toKeep(filters: Filters, now: number, moves: boolean): Record<string, string> {
  const days = moves ? daysUpTo(filters, now) : null;
  const kept = Object.entries(filters).filter(
    ([name, value]) => value !== '' && (days === null || (name !== 'from' && name !== 'to')),
  );
  return Object.fromEntries(days === null ? kept : [...kept, ['last_days', String(days)]]);
}

/** Returns what a list is filtered by when a view is opened. */
export function toApply(kept: Filters, now: number): Record<string, string> {
  const { last_days: days, ...filters } = kept;
  if (days === undefined) return filters;
  const from = dayOf(noonOf(dayOf(now)) - (Number(days) - 1) * DAY);
  return { ...filters, from };
}

/** Whether a list is filtered by just what a view says. */
export function isShown(kept: Filters, filters: Filters, now: number): boolean {
  const plain = (given: Filters): string =>
    JSON.stringify(
      Object.entries(given)
        .filter(([, value]) => value !== '')
        .sort(([one], [other]) => one.localeCompare(other)),
    );
  const wanted = plain(toApply(kept, now));
  // A last day that is today is none.
  const { to, ...open } = filters;
  return wanted === plain(filters) || (to === dayOf(now) && wanted === plain(open));
}
