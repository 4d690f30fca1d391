import { expect, it, vi } from 'vitest';
import { watchActivity } from '../../src/core/activity.ts';

it('tells a sign of somebody at once, then once a minute, and nothing by itself', () => {
  const page = new EventTarget();
  const tell = vi.fn(() => Promise.reject(new Error('away')));
  let now = 0;
  const stop = watchActivity(page, tell, () => now);
  const told = (event: string, at: number): number => {
    now = at;
    page.dispatchEvent(new Event(event));
    return tell.mock.calls.length;
  };
  expect(tell).not.toHaveBeenCalled();
  expect(told('focus', 0)).toBe(0);
  expect(told('keydown', 1_000)).toBe(1);
  expect(told('pointermove', 60_999)).toBe(1);
  expect(told('pointermove', 61_000)).toBe(2);
  expect(told('wheel', 121_000)).toBe(3);
  stop();
  expect(told('pointerdown', 999_000)).toBe(3);
});
