import { describe, expect, it } from 'vitest';
import type { SkillGroup, Ticket } from '../../src/core/protocol.ts';
import { byGroup, groupsOf, isFor, nextOf, PLAIN_VIEW, readView, viewed } from '../../src/core/queue_view.ts';
import { ticketWith } from '../scenario.ts';

const NOW = Date.UTC(2026, 10, 23, 6);
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
const PAY = { id: 1, name: '支付组' };
const SAFE = { id: 2, name: '安全组' };

const waiting: Ticket[] = [
  ticketWith({ id: 1, priority: 0, group: SAFE, queued_at: at(1) }),
  ticketWith({ id: 2, group: PAY, queued_at: at(9), overflow_at: at(-1) }),
  ticketWith({ id: 3, group: PAY, queued_at: at(8), overflow_at: at(1), reply_due_at: at(-1) }),
  ticketWith({ id: 4, queued_at: at(2), topic: { id: 'refund', title: '退款没到账' } }),
];
const ids = (tickets: readonly Ticket[]): number[] => tickets.map(({ id }) => id);
const look = (view: Partial<typeof PLAIN_VIEW>, own: number[] = []): number[] =>
  ids(viewed(waiting, { ...PLAIN_VIEW, ...view }, new Set(own), NOW, (ticket) => ticket.topic?.title ?? ''));

describe('who is for an agent', () => {
  it('is what has no group, is of theirs, or has waited too long for others', () => {
    expect(waiting.map((ticket) => isFor(ticket, new Set([SAFE.id]), NOW))).toEqual([true, false, true, true]);
  });

  it('comes first, and somebody else rather than nobody', () => {
    expect(nextOf(waiting.slice(1), new Set(), NOW)?.id).toBe(3);
    expect(nextOf(waiting.slice(1, 2), new Set(), NOW)?.id).toBe(2);
    expect(nextOf([], new Set(), NOW)).toBeUndefined();
  });

  it('is somebody urgent before all others, of their own group or not', () => {
    expect(nextOf(waiting, new Set([PAY.id]), NOW)?.id).toBe(1);
    const own = ticketWith({ id: 9, priority: 0, group: PAY });
    expect(nextOf([...waiting, own], new Set([PAY.id]), NOW)?.id).toBe(9);
  });

  it('follows from the members of the groups', () => {
    const member = { agent_id: 7, weight: 1 };
    const group = { rank: 1, topics: [], sites: [], languages: [], overflow_after: null };
    const groups: SkillGroup[] = [
      { ...group, ...PAY, members: [member] },
      { ...group, ...SAFE, members: [] },
    ];
    expect([...groupsOf(groups, 7)]).toEqual([PAY.id]);
  });
});

describe('the view of the queue', () => {
  it('filters by what is for me, urgency, group and words', () => {
    expect(look({ filter: 'mine' }, [PAY.id])).toEqual([2, 3, 4]);
    expect(look({ filter: 'pressing' })).toEqual([1]);
    expect(look({ filter: PAY.id })).toEqual([2, 3]);
    expect(look({ words: ' 退款 到账' })).toEqual([4]);
  });

  it('sorts by the wait and by what is due', () => {
    expect(look({ order: 'longest' })).toEqual([2, 3, 4, 1]);
    expect(look({ order: 'latest' })).toEqual([1, 4, 3, 2]);
    expect(look({ order: 'due' })).toEqual([3, 1, 2, 4]);
  });

  it('folds groups under their heads, those without one last', () => {
    const rows = byGroup(waiting, new Set([PAY.id]));
    expect(rows.map((row) => (row.kind === 'group' ? [row.name, row.count] : row.ticket.id))).toEqual([
      ['安全组', 1],
      1,
      ['支付组', 2],
      [null, 1],
      4,
    ]);
  });

  it('is kept without its words, and anything else is the plain one', () => {
    expect(readView('{"filter":2,"order":"latest","words":"x"}')).toEqual({ filter: 2, order: 'latest', words: '' });
    expect(readView('{"filter":"x","order":3}')).toEqual(PLAIN_VIEW);
    expect(readView('[')).toEqual(PLAIN_VIEW);
  });
});
