/** Which answers are the worst, and what may be said of few. */

import { expect, it } from 'vitest';
import { arranged, changeOf, FEW, keyOf, shareOf, type Wanted } from '../../src/core/answer_figures.ts';
import type { AnswerCounts, AnswerFiguresRow } from '../../src/core/protocol.ts';

const ALL: Wanted = { query: '', group: '', least: 0, order: 'unhelpful', by: 'count', up: false };

function counts(changed: Partial<AnswerCounts> = {}): AnswerCounts {
  return {
    shown: 100,
    conversations: 50,
    helpful: 0,
    unhelpful: 0,
    solved: 0,
    handed_off: 0,
    not_understood: 0,
    ...changed,
  };
}

function row(title: string, now: Partial<AnswerCounts>, more: Partial<AnswerFiguresRow> = {}): AnswerFiguresRow {
  return {
    topic: `faq/${title}`,
    place: null,
    kind: 'faq',
    title,
    topic_title: null,
    category: null,
    entry_kind: 'faq',
    entry_id: title,
    now: counts(now),
    before: null,
    ...more,
  };
}

const titles = (rows: readonly AnswerFiguresRow[], wanted: Partial<Wanted>): string[] =>
  arranged(rows, { ...ALL, ...wanted }).map(({ title }) => title);

it('puts the most 踩 first, or the largest share', () => {
  const rows = [row('few', { shown: 200, unhelpful: 4 }), row('many', { shown: 1000, unhelpful: 9 }), row('none', {})];
  expect(titles(rows, {})).toEqual(['many', 'few', 'none']);
  expect(titles(rows, { by: 'share' })).toEqual(['few', 'many', 'none']);
  expect(titles(rows, { up: true })).toEqual(['none', 'few', 'many']);
  expect(titles(rows, { order: 'shown', by: 'share' })).toEqual(['many', 'few', 'none']);
});

it('takes no rate of three for a figure', () => {
  const three = counts({ shown: 3, conversations: 3, unhelpful: 3, handed_off: 3 });
  expect(shareOf(three, 'unhelpful')).toBeNull();
  expect(changeOf(three, counts(), 'handed_off')).toBe('few');
  expect(titles([row('three', three), row('some', { unhelpful: 1 })], { by: 'share' })).toEqual(['some', 'three']);
  expect(titles([row('three', three), row('some', {})], { least: FEW })).toEqual(['some']);
});

it('is filtered by kind and words', () => {
  const step = row('输入验证码', {}, { topic: 'forgot', place: 'code', kind: 'step', topic_title: '找回密码' });
  const rows = [row('限额', {}), step];
  expect(titles(rows, { group: 'step' })).toEqual(['输入验证码']);
  expect(titles(rows, { query: '密码 验证' })).toEqual(['输入验证码']);
  expect(titles(rows, { query: '没有' })).toEqual([]);
  expect(titles(rows, { group: '' })).toHaveLength(2);
  expect(new Set(rows.map(keyOf)).size).toBe(2);
});

it('tells a change only beyond chance', () => {
  const before = counts({ shown: 400, unhelpful: 20 });
  expect(changeOf(counts({ shown: 400, unhelpful: 24 }), before, 'unhelpful')).toBe('chance');
  expect(changeOf(counts({ shown: 400, unhelpful: 60 }), before, 'unhelpful')).toBe('higher');
  expect(changeOf(counts({ shown: 400, unhelpful: 2 }), before, 'unhelpful')).toBe('lower');
  // How often it was asked is no share.
  expect(changeOf(counts({ shown: 4000 }), before, 'shown')).toBe('few');
  expect(changeOf(counts(), null, 'unhelpful')).toBe('few');
});
