/** Enter that belongs to an input method, and Enter that means "send". */

/** The part of a keyboard event that decides; `keyCode` is deprecated, and nothing else tells what it does. */
export interface KeyPress {
  key: string;
  keyCode: number;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
}

/** What `keyCode` says while an input method takes the keys; the only sign in Safari, whose composition ends before. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Whether an input method takes the key, as Enter to take over a word or Escape to give one up. */
export function isComposing(event: Pick<KeyPress, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD;
}

/** Whether a key press sends: Enter alone, outside of an input method. */
export function meansSend(event: KeyPress): boolean {
  if (isComposing(event)) return false;
  return event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
}

/** Absent in Firefox before 125. */
const { Segmenter } = Intl as { Segmenter?: typeof Intl.Segmenter };
const CHARACTERS = Segmenter && new Segmenter('zh', { granularity: 'grapheme' });

/** Returns the length as the gateway counts it, in characters that a reader sees: a family of emoji is one. */
export function countCharacters(text: string): number {
  // eslint-disable-next-line @typescript-eslint/no-misused-spread -- code points, where the browser knows no characters
  return [...(CHARACTERS?.segment(text) ?? text)].length;
}
