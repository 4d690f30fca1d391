import { expect, it } from 'vitest';
import { readPreferences } from '../../src/core/preferences.ts';

const read = (values: Record<string, string>) => readPreferences({ value: (name) => values[name] });

it('has its defaults', () => {
  expect(read({})).toEqual({ elder: false, suggestions: true, voice: true, hints: [] });
});

it('takes what the page wants', () => {
  expect(read({ elder: '', suggestions: 'off', voice: 'off' })).toMatchObject({
    elder: true,
    suggestions: false,
    voice: false,
  });
  expect(read({ elder: 'false' }).elder).toBe(false);
});

it.each(['多久到账|怎么退款', ' 多久到账 ,怎么退款,', String(['多久到账', '怎么退款'])])('reads hints: %j', (hints) => {
  expect(read({ hints }).hints).toEqual(['多久到账', '怎么退款']);
});
