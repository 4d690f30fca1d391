import { describe, expect, it } from 'vitest';
import { cannedQuery, filledReply, findReplies, isMacro } from '../../src/core/canned.ts';
import type { CannedReply } from '../../src/core/protocol.ts';

const reply = (id: number, title: string, text: string, shortcut: string | null, more: Partial<CannedReply> = {}) => ({
  id,
  title,
  text,
  shortcut,
  folder: null,
  is_personal: false,
  labels: [],
  ending: null,
  follow_up_hours: null,
  uses: 0,
  ...more,
});

const REPLIES: CannedReply[] = [
  reply(1, '问候', '您好', 'nh'),
  reply(2, '请稍等', '我查一下', 'sd'),
  reply(3, '你好再见', 'SD卡', null),
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

  it("come with the agent's own first, then by use, and are found by their folder", () => {
    const all = [
      ...REPLIES,
      reply(4, '常用', '好的', null, { uses: 3 }),
      reply(5, '我的', '好', null, { is_personal: true, folder: '支付' }),
    ];
    expect(findReplies(all, '').map(({ id }) => id)).toEqual([5, 4, 1, 2, 3]);
    expect(findReplies(all, '支付').map(({ id }) => id)).toEqual([5]);
    expect(isMacro(reply(6, 'a', 'b', null))).toBe(false);
    expect(isMacro(reply(6, 'a', 'b', null, { labels: ['退款'] }))).toBe(true);
    expect(isMacro(reply(6, 'a', 'b', null, { ending: 'close' }))).toBe(true);
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
