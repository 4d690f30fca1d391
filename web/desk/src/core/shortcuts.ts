/** The keys of the desk. Named by their place on the keyboard, as Alt makes other characters of them on a Mac. */

export type Action =
  | 'claim_next'
  | 'next_chat'
  | 'previous_chat'
  | 'focus_composer'
  | 'toggle_note'
  | 'canned'
  | 'transfer'
  | 'return_to_bot'
  | 'close'
  | 'toggle_details'
  | 'suggestion_1'
  | 'suggestion_2'
  | 'suggestion_3'
  | 'suggestion_4'
  | 'suggestion_5';

/** tinykeys' notation. Left out are the keys that browsers keep for themselves (Alt+D, E, F, Home, left, right). */
export const BINDINGS: Record<Action, string> = {
  claim_next: 'Alt+KeyN',
  next_chat: 'Alt+ArrowDown',
  previous_chat: 'Alt+ArrowUp',
  focus_composer: 'Alt+KeyL',
  toggle_note: 'Alt+KeyI',
  canned: 'Alt+Slash',
  transfer: 'Alt+KeyT',
  return_to_bot: 'Alt+KeyB',
  close: 'Alt+KeyW',
  toggle_details: 'Alt+KeyO',
  suggestion_1: 'Alt+Digit1',
  suggestion_2: 'Alt+Digit2',
  suggestion_3: 'Alt+Digit3',
  suggestion_4: 'Alt+Digit4',
  suggestion_5: 'Alt+Digit5',
};

/** Whether a key press is meant for the field that it was made in, so that a shortcut without Alt is none. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Returns the place in a list `step` further, around its ends; the first without a current one; null if it is empty. */
export function neighbour<T>(list: readonly T[], current: T | null, step: 1 | -1): T | null {
  if (list.length === 0) return null;
  const index = current === null ? -1 : list.indexOf(current);
  if (index < 0) return (step === 1 ? list[0] : list.at(-1)) ?? null;
  return list[(index + step + list.length) % list.length] ?? null;
}

/** Returns the keys as they stand on the keyboard, such as `['Alt', 'N']`. */
export function keysOf(binding: string): string[] {
  const names: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Slash: '/' };
  return binding.split('+').map((key) => names[key] ?? key.replace(/^(Key|Digit)/, ''));
}
