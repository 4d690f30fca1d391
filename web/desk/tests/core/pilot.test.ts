import { describe, expect, it } from 'vitest';
import { compare, shareOf } from '../../src/core/pilot.ts';
import type { PilotFigures } from '../../src/core/protocol.ts';

const none: PilotFigures = {
  version: 2,
  conversations: 0,
  solved: 0,
  not_solved: 0,
  handed_off: 0,
  helpful: 0,
  unhelpful: 0,
  not_understood: 0,
};

describe('how a version that is tried out compares', () => {
  it('says nothing of few conversations', () => {
    expect(shareOf(0, none)).toBeNull();
    expect(compare('solved', none, none, false)).toBe('few');
    const pilot = { ...none, conversations: 29, solved: 29 };
    expect(compare('solved', pilot, { ...none, conversations: 500 }, true)).toBe('few');
  });

  it('tells chance from a difference', () => {
    const others = { ...none, conversations: 1000, solved: 500, handed_off: 100 };
    const of = (solved: number, handed_off: number): PilotFigures => ({
      ...none,
      conversations: 100,
      solved,
      handed_off,
    });
    expect(compare('solved', of(55, 10), others, false)).toBe('chance');
    expect(compare('solved', of(70, 10), others, false)).toBe('higher');
    expect(compare('handed_off', of(50, 1), others, false)).toBe('lower');
    expect(compare('solved', { ...none, conversations: 50 }, { ...none, conversations: 50 }, false)).toBe('chance');
  });
});
