import { expect, it } from 'vitest';
import { countCharacters, meansSend, type KeyPress } from '../src/composing.ts';

const press = (changes: Partial<KeyPress>): boolean =>
  meansSend({
    key: 'Enter',
    keyCode: 13,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    isComposing: false,
    ...changes,
  });

it('sends at Enter', () => expect(press({})).toBe(true));
it('leaves Enter to an input method that composes', () => expect(press({ isComposing: true })).toBe(false));
it('leaves Enter to an input method in Safari, which ends composing before', () =>
  expect(press({ keyCode: 229 })).toBe(false));
it('begins a line at Shift and Enter', () => expect(press({ shiftKey: true })).toBe(false));
it('sends at no other key', () => expect(press({ key: 'a', keyCode: 65 })).toBe(false));
it.each([
  ['好😀', 2],
  ['👨‍👩‍👧‍👦'.repeat(150), 150],
  ['👍🏽é', 2],
])('counts what a reader sees as one character, as the gateway does: %s', (text, count) =>
  expect(countCharacters(text)).toBe(count),
);
