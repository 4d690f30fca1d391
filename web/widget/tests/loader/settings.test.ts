import { describe, expect, it } from 'vitest';
import { DEFAULT_COLOR, readColor, readSettings } from '../../src/loader/settings.ts';

const read = (attributes: Record<string, string>, query = ''): ReturnType<typeof readSettings> =>
  readSettings(attributes, 'https://chat.example/wallet/widget.js?v=1', new URLSearchParams(query), ['en', 'zh-HK']);

describe('readSettings', () => {
  it('finds the gateway where the script lies', () => {
    expect(read({ site: 'abc' })).toEqual({
      site: 'abc',
      base: 'https://chat.example/wallet/',
      language: 'zh-TW',
      mode: 'window',
      position: 'right',
      color: DEFAULT_COLOR,
      title: null,
      value: expect.any(Function) as unknown,
      teaser: '',
      launcher: true,
    });
  });

  it('takes what the page wants', () => {
    expect(
      read({ site: 'abc', lang: 'zh-CN', position: 'left', color: '#0a5', title: '客服', launcher: 'hidden' }),
    ).toMatchObject({ language: 'zh-CN', position: 'left', color: '#00aa55', title: '客服', launcher: false });
  });

  it('reads the address in full-page mode, and only there', () => {
    expect(read({ mode: 'page' }, 'site=abc&lang=zh-CN&color=00aa55')).toMatchObject({
      site: 'abc',
      mode: 'page',
      language: 'zh-CN',
      color: '#00aa55',
      launcher: false,
    });
    expect(read({}, 'site=abc').site).toBe('');
  });
});

it.each(['red', '', 'url(x)', '#12', '#12345g', 'var(--x)'])('takes no colour from %s', (value) =>
  expect(readColor(value)).toBeNull(),
);
