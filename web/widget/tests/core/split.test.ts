import { expect, it } from 'vitest';
import { splitForSending } from '../../src/core/split.ts';

it.each([
  ['短', 10, ['短']],
  ['第一句话。第二句话。第三句。', 10, ['第一句话。第二句话。', '第三句。']],
  ['第一行\n第二行', 4, ['第一行', '第二行']],
  ['一二三四五六七八九十', 4, ['一二三四', '五六七八', '九十']],
  ['开头。一二三四五六七', 5, ['开头。', '一二三四五', '六七']],
  [' \n ', 5, []],
])('cuts %j at %i characters', (text, most, parts) => expect(splitForSending(text, most)).toEqual(parts));

it('loses nothing of a long text', () => {
  const text = '今天上午我付款的时候一直提示失败，换了一张卡也不行。'.repeat(100);
  const parts = splitForSending(text, 1000);
  expect(parts.join('')).toBe(text);
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(1000);
});
