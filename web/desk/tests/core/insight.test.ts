/** Days are those of the organisation, wherever the agent's computer stands. */

import { describe, expect, it } from 'vitest';
import { dayIn } from '../../src/core/insight.ts';

describe('the day in a time zone', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-23T15:59:59Z', '2026-11-23'],
    ['Asia/Shanghai', '2026-11-23T16:00:00Z', '2026-11-24'],
    ['Asia/Shanghai', '2026-12-31T20:00:00Z', '2027-01-01'],
    ['America/New_York', '2026-11-24T03:00:00Z', '2026-11-23'],
    ['UTC', '2026-03-04T00:00:00Z', '2026-03-04'],
  ])('in %s at %s is %s', (zone, moment, day) => {
    expect(dayIn(zone, new Date(moment))).toBe(day);
  });
});
