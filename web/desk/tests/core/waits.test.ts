import { describe, expect, it } from 'vitest';
import { describeWait, patienceFor, secondsSince, ServerClock } from '../../src/core/waits.ts';
import { t } from '../../src/i18n/strings.ts';

describe('a wait', () => {
  it.each([
    [0, '0秒'],
    [59, '59秒'],
    [60, '1分00秒'],
    [185, '3分05秒'],
    [599, '9分59秒'],
    [600, '10分钟'],
    [3599, '59分钟'],
    [3600, '1小时0分'],
    [90_000, '1天1小时'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(describeWait(seconds, t.waits)).toBe(text);
  });

  it('is never negative, nor anything else without a beginning', () => {
    const now = Date.parse('2026-11-23T06:00:00Z');
    expect(secondsSince('2026-11-23T05:59:30.500Z', now)).toBe(29);
    expect(secondsSince('2026-11-23T06:00:09Z', now)).toBe(0);
    expect(secondsSince(null, now)).toBe(0);
    expect(secondsSince('soon', now)).toBe(0);
  });

  it('is judged by when the queue gives up', () => {
    expect([299, 300, 599, 600].map((seconds) => patienceFor(seconds, 600))).toEqual([
      'fine',
      'long',
      'long',
      'too_long',
    ]);
  });
});

describe("the gateway's clock", () => {
  it('corrects a computer that is wrong by minutes, and not by the way of an answer', () => {
    const local = 1_000_000_000_000;
    const clock = new ServerClock(() => local);
    clock.adjust(local - 900);
    expect(clock.now()).toBe(local);
    clock.adjust(local + 240_000);
    expect(clock.now()).toBe(local + 240_000);
  });
});
