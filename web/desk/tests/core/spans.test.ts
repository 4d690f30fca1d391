import { expect, it } from 'vitest';
import { daysOf, overlap, spansOf, withImported } from '../../src/core/spans.ts';

it.each([
  ['09:00-18:00', ['09:00-18:00']],
  ['9:00-12:00，13:30～18:00', ['09:00-12:00', '13:30-18:00']],
  ['', []],
  ['22:00-06:00', ['22:00-06:00']],
  ['18:00-24:00', ['18:00-24:00']],
  ['09:00-12:00,11:30-18:00', null],
  ['22:00-06:00,23:00-24:00', null],
  ['9-18', null],
  ['25:00-26:00', null],
  ['09:00-09:00', null],
])('reads %s', (text, spans) => {
  expect(spansOf(text)).toEqual(spans);
});

it('lets imported days replace what was there on the same ones', () => {
  const own = { date: '2026-10-03', name: '店庆' };
  const other = { date: '2026-12-24', name: '平安夜' };
  const national = { date: '2026-10-01', until: '2026-10-07', name: '国庆节' };
  expect(daysOf('2026-02-28', '2026-03-01')).toEqual(['2026-02-28', '2026-03-01']);
  expect(overlap([own, national])).toBe(true);
  expect(withImported([own, other], [national])).toEqual([national, other]);
});
