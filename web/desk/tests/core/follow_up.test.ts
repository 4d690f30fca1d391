import { expect, it } from 'vitest';
import { laterTimes } from '../../src/core/follow_up.ts';

it('offers the next morning, in two hours and in three days, across the end of a month', () => {
  const now = new Date(2026, 10, 29, 23, 30).getTime();
  expect(laterTimes(now)).toEqual([
    { name: 'tomorrow', at: new Date(2026, 10, 30, 10).getTime() },
    { name: 'two_hours', at: new Date(2026, 10, 30, 1, 30).getTime() },
    { name: 'three_days', at: new Date(2026, 11, 2, 10).getTime() },
  ]);
});
