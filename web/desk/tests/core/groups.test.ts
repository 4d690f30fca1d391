import { expect, test } from 'vitest';
import { trendOf } from '../../src/core/groups.ts';

test('the trend is told against the days before', () => {
  expect([trendOf(3, 0), trendOf(6, 4), trendOf(1, 4), trendOf(2, 2)]).toEqual(['new', 50, -75, 0]);
});
