/** Filters of a list as they are kept under a name. */

import { expect, it } from 'vitest';
import { daysUpTo, isShown, toApply, toKeep } from '../../src/core/saved_views.ts';

const FRIDAY = new Date(2026, 6, 3, 9).getTime();
const MONDAY = new Date(2026, 6, 6, 23, 30).getTime();

it('keeps the days as they move with the calendar', () => {
  const week = { status: 'closed', from: '2026-06-27', to: '2026-07-03', query: '' };
  expect(daysUpTo(week, FRIDAY)).toBe(7);
  const kept = toKeep(week, FRIDAY, true);
  expect(kept).toEqual({ status: 'closed', last_days: '7' });
  expect(toApply(kept, MONDAY)).toEqual({ status: 'closed', from: '2026-06-30' });
  expect(isShown(kept, { from: '2026-06-30', status: 'closed' }, MONDAY)).toBe(true);
  expect(isShown(kept, week, FRIDAY)).toBe(true);
  expect(isShown(kept, week, MONDAY)).toBe(false);
});

it('keeps days of their own as they are', () => {
  for (const days of [{ from: '2026-06-01', to: '2026-06-30' }, { to: '2026-07-03' }, { from: '2026-08-01' }]) {
    expect(daysUpTo(days, FRIDAY)).toBeNull();
    expect(toKeep(days, FRIDAY, true)).toEqual(days);
  }
  const today = { from: '2026-07-03', to: '' };
  expect(toKeep(today, FRIDAY, false)).toEqual({ from: '2026-07-03' });
  expect(toKeep(today, FRIDAY, true)).toEqual({ last_days: '1' });
  expect(isShown({ query: '退款' }, { query: '退款', site: '' }, FRIDAY)).toBe(true);
  expect(isShown({ query: '退款' }, { query: '退款', site: 'a' }, FRIDAY)).toBe(false);
});
