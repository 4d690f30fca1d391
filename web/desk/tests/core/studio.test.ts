import { expect, test } from 'vitest';
import { withWordings, wordingsOf } from '../../src/core/groups.ts';
import {
  changesOf,
  hasWords,
  linesOf,
  placeName,
  stepsOfText,
  textsOf,
  validityOf,
  withStepIds,
  withTexts,
} from '../../src/core/studio.ts';

const PROCEDURE = {
  title: '付款失败',
  steps: [
    { id: 'check_balance', title: '查余额', text: '先看余额。', trouble: null, words: ['余额'] },
    { id: 'retry', title: '再付一次', text: '再付一次。' },
  ],
};

test('texts of a procedure are changed where they stand, and nothing else', () => {
  const places = textsOf('topic', PROCEDURE);
  expect(places.map(({ path }) => path.join('.'))).toEqual([
    'title',
    'steps.0.title',
    'steps.0.text',
    'steps.0.trouble',
    'steps.1.title',
    'steps.1.text',
  ]);
  expect(placeName(PROCEDURE, ['steps', 1, 'text'])).toBe('2. 再付一次');
  const changed = withTexts('topic', PROCEDURE, [{ path: ['steps', 1, 'text'], text: '换一张卡再付。' }]);
  expect(changesOf(PROCEDURE, changed)).toEqual([
    { field: 'steps[2].text', before: '再付一次。', after: '换一张卡再付。' },
  ]);
});

test('what the organisation does not know stays unknown', () => {
  const organisation = { brand_name: 'u钱包', hotline: null, opening_hours: { mon: [] } };
  expect(textsOf('organisation', organisation)).toEqual([
    { path: ['brand_name'], text: 'u钱包' },
    { path: ['hotline'], text: '' },
  ]);
  expect(withTexts('organisation', organisation, [{ path: ['hotline'], text: '' }])).toEqual(organisation);
});

test('a line more is one change of the list', () => {
  expect(changesOf({ similar: ['a'] }, { similar: ['b', 'a'] })).toEqual([
    { field: 'similar', before: 'a', after: 'b\na' },
  ]);
});

test('entries are found by any of their words', () => {
  const entry = { id: 'invoice', title: '能开发票吗', value: { answer: '在账单页开。', similar: ['开票'] } };
  expect(['发票 账单', '', 'INVOICE', '注销'].map((typed) => hasWords(entry, typed))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('validity is told by day', () => {
  const value = { valid_from: '2026-03-01', valid_until: '2026-03-02 06:00' };
  expect(['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03'].map((day) => validityOf(value, day))).toEqual([
    'ahead',
    null,
    null,
    'over',
  ]);
});

test('wordings come from messages without what is masked, known or a story', () => {
  expect(linesOf(' a \n\nb\na')).toEqual(['a', 'b']);
  const wordings = wordingsOf(['开 票', '卡号****', '长'.repeat(61), '发票在哪']);
  expect(wordings).toEqual(['开 票', '发票在哪']);
  const faq = { category: 'c', question: '开票？', similar: ['怎么开'], answer: 'x' };
  expect(withWordings(faq, wordings).similar).toEqual(['怎么开', '发票在哪']);
});

test('steps come from what was written elsewhere', () => {
  const pasted = '更换手机号\n1. 打开设置：点右下角的“我的”。\n还没有就更新。\n第2步、点手机号，再点更换\n';
  expect(stepsOfText(pasted)).toEqual([
    { title: '打开设置', text: '点右下角的“我的”。\n还没有就更新。', trouble: '' },
    { title: '点手机号', text: '点手机号，再点更换', trouble: '' },
  ]);
  expect(stepsOfText('- **打开APP**\n- 点设置').map(({ title }) => title)).toEqual(['打开APP', '点设置']);
  expect(stepsOfText('打开APP\n点设置')).toHaveLength(2);
  expect(stepsOfText(' \n')).toEqual([]);
});

test('each step has an id of its own, and keeps it', () => {
  const ids = withStepIds(
    [
      { id: 'a', title: '', text: '', trouble: '' },
      { title: '', text: '', trouble: '' },
      { title: '', text: '', trouble: '' },
    ],
    1_000_000,
  ).map(({ id }) => id);
  expect(ids[0]).toBe('a');
  expect(new Set(ids).size).toBe(3);
});

test('of a long text only the lines are shown that differ', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `第${index}行`);
  const after = [...lines.slice(0, 5), '新的一行', ...lines.slice(6)].join('\n');
  expect(changesOf({ text: lines.join('\n') }, { text: after })).toEqual([
    { field: 'text', before: '第5行', after: '新的一行' },
  ]);
  const turned = lines.toReversed().join('\n');
  expect(changesOf({ text: lines.join('\n') }, { text: turned })[0]?.after).toBe(turned);
});
