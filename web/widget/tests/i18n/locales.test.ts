import { expect, it } from 'vitest';
import english from '../../src/i18n/en.json';
import simplified from '../../src/i18n/zh-CN.json';
import traditional from '../../src/i18n/zh-TW.json';
import { fill } from '@uwallet/shared/fill.ts';
import { chooseLanguage } from '../../src/i18n/language.ts';

/** Every text with its path and the places to fill in. */
function shape(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [`${path} ${(value.match(/\{\w+\}/g) ?? []).sort().join(' ')}`];
  return Object.entries(value as object).flatMap(([name, child]) => shape(child, `${path}.${name}`));
}

it.each([traditional, english])('has the same texts with the same places in all', (texts) =>
  expect(shape(texts)).toEqual(shape(simplified)),
);

it.each([
  ['zh-TW', [], 'zh-TW'],
  ['zh-Hant-HK', [], 'zh-TW'],
  ['zh-CN', ['zh-TW'], 'zh-CN'],
  [undefined, ['en-US', 'zh-HK', 'zh-CN'], 'zh-TW'],
  [undefined, ['en-US'], 'en'],
  [undefined, ['en-US', 'zh-CN'], 'zh-CN'],
  ['en', ['zh-CN'], 'en'],
  [undefined, ['fr'], 'zh-CN'],
  ['zh-Hans', [], 'zh-CN'],
])('chooses for %s and %j', (wanted, preferred, language) => expect(chooseLanguage(wanted, preferred)).toBe(language));

it('fills in places', () => expect(fill('第{number}步 / 共{count}步', { number: 2, count: 5 })).toBe('第2步 / 共5步'));
