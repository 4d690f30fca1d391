import { describe, expect, it } from 'vitest';
import { cannedQuery, findReplies } from '../../src/core/canned.ts';

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
});
