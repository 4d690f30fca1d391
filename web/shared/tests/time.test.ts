import { expect, it } from 'vitest';
import { describeOpening, describeTime, needsTime } from '../src/time.ts';

const texts = {
  today: '{time}',
  yesterday: '昨天 {time}',
  this_year: '{month}月{day}日 {time}',
  other: '{year}年{month}月{day}日 {time}',
};
const now = new Date(2026, 10, 23, 0, 30);

it.each([
  [new Date(2026, 10, 23, 0, 5), '00:05'],
  [new Date(2026, 10, 22, 23, 50), '昨天 23:50'],
  [new Date(2026, 10, 1, 9, 3), '11月1日 09:03'],
  [new Date(2025, 11, 31, 9, 3), '2025年12月31日 09:03'],
  [new Date(2026, 10, 23, 1, 0), '01:00'],
  [new Date(2026, 10, 30, 0, 30), '11月30日 00:30'],
  [new Date(2027, 0, 2, 9, 3), '2027年1月2日 09:03'],
])('says %s as %s', (time, text) => expect(describeTime(time, now, texts)).toBe(text));

it('tells the time at the beginning and after a pause', () => {
  expect(needsTime('2026-11-23T06:00:00Z', null)).toBe(true);
  expect(needsTime('2026-11-23T06:04:59Z', '2026-11-23T06:00:00Z')).toBe(false);
  expect(needsTime('2026-11-23T06:05:01Z', '2026-11-23T06:00:00Z')).toBe(true);
  expect(needsTime('nonsense', null)).toBe(false);
});

it.each([
  ['2026-11-28T09:00', '今天09:00'],
  ['2026-11-29T09:00', '明天09:00'],
  ['2026-12-01T09:30', '12月1日09:30'],
])('says when support opens: %s', (time, said) =>
  expect(
    describeOpening(new Date(time), new Date('2026-11-28T08:00'), {
      today: '今天{time}',
      tomorrow: '明天{time}',
      later: '{month}月{day}日{time}',
    }),
  ).toBe(said),
);
