import { describe, expect, it } from 'vitest';
import { BINDINGS, isTyping, keysOf, neighbour } from '../../src/core/shortcuts.ts';

describe('shortcuts', () => {
  it('are all different, and none is typed by accident', () => {
    const bindings = Object.values(BINDINGS);
    expect(new Set(bindings).size).toBe(bindings.length);
    for (const binding of bindings) expect(binding).toMatch(/^Alt\+/);
  });

  it('stand on the keyboard as people know them', () => {
    expect(keysOf('Alt+KeyN')).toEqual(['Alt', 'N']);
    expect(keysOf('Alt+ArrowDown')).toEqual(['Alt', '↓']);
    expect(keysOf('Alt+Digit1')).toEqual(['Alt', '1']);
  });

  it('know a field from the page', () => {
    expect(isTyping(document.createElement('textarea'))).toBe(true);
    expect(isTyping(document.createElement('div'))).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
});

describe('walking through a list', () => {
  it('goes around its ends and begins where nobody is', () => {
    expect(neighbour([1, 2, 3], 3, 1)).toBe(1);
    expect(neighbour([1, 2, 3], 1, -1)).toBe(3);
    expect(neighbour([1, 2, 3], null, 1)).toBe(1);
    expect(neighbour([1, 2, 3], 9, -1)).toBe(3);
    expect(neighbour([], null, 1)).toBeNull();
  });
});
