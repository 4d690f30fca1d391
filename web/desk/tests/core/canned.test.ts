import { describe, expect, it } from 'vitest';
import { cannedQuery, filledReply, findReplies } from '../../src/core/canned.ts';

const REPLIES = [
  { id: 1, title: '问候', text: '您好', shortcut: 'nh' },
  { id: 2, title: '请稍等', text: '我查一下', shortcut: 'sd' },
  { id: 3, title: '你好再见', text: 'SD卡', shortcut: null },
];

const found = (query: string): number[] => findReplies(REPLIES, query).map(({ id }) => id);

describe('canned replies', () => {
  it('are asked for by a slash at the beginning only', () => {
    expect(cannedQuery('/nh')).toBe('nh');
    expect(cannedQuery('／')).toBe('');
    expect(cannedQuery('1/2')).toBeNull();
    expect(cannedQuery('/a\nb')).toBeNull();
  });

  it('are found by shortcut before title before text', () => {
    expect(found('')).toEqual([1, 2, 3]);
    expect(found('sd')).toEqual([2, 3]);
    expect(found('SD')).toEqual([2, 3]);
    expect(found('稍')).toEqual([2]);
    expect(found('没有')).toEqual([]);
  });

  it('are filled in, without the name of somebody who has none', () => {
    const values = { 称呼: '王小明', 工单号: 'T261128000002', 品牌: 'u钱包' };
    expect(filledReply('{称呼}，您好，{品牌}工单{工单号}在处理。', values)).toBe(
      '王小明，您好，u钱包工单T261128000002在处理。',
    );
    expect(filledReply('{称呼}，您好', { ...values, 称呼: '' })).toBe('您好');
    expect(filledReply('{别的} {"a": 1}', values)).toBe('{别的} {"a": 1}');
  });
});
