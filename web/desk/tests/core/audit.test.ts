import { expect, test } from 'vitest';
import { momentIn } from '../../src/core/audit.ts';

test('a moment is told to the second in the time zone of the organisation', () => {
  const moment = new Date('2026-11-23T01:05:09.700Z');
  expect(momentIn('Asia/Shanghai', moment)).toBe('2026-11-23 09:05:09');
  expect(momentIn('America/New_York', moment)).toBe('2026-11-22 20:05:09');
});
