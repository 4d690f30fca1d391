import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/core/targets.ts';
import { ticketWith } from '../scenario.ts';

const NOW = Date.UTC(2026, 10, 23, 6);
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();

describe('the target that counts', () => {
  it('is the first reply until there is one, then the end', () => {
    const ticket = ticketWith({ id: 1, queued_at: at(-60), reply_due_at: at(60), resolve_due_at: at(3600) });
    expect(targetOf(ticket, NOW)).toEqual({ kind: 'first_reply', dueAt: at(60), left: 60, state: 'fine' });
    expect(targetOf({ ...ticket, first_reply_at: at(-5) }, NOW)?.kind).toBe('resolution');
    expect(targetOf({ ...ticket, status: 'closed' }, NOW)).toBeNull();
    expect(targetOf(ticketWith({ id: 2 }), NOW)).toBeNull();
  });

  it.each([
    [31, 'fine'],
    [30, 'soon'],
    [0, 'soon'],
    [-1, 'missed'],
  ])('with %i of 120 seconds left is %s', (left, state) => {
    const ticket = ticketWith({ id: 1, queued_at: at(left - 120), reply_due_at: at(left) });
    expect(targetOf(ticket, NOW)).toMatchObject({ left, state });
  });
});
