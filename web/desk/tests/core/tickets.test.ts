import { describe, expect, it } from 'vitest';
import type { Queue, Ticket } from '../../src/core/protocol.ts';
import { listsOf, waitingSince, withMessage, withQueue, withTicket } from '../../src/core/tickets.ts';
import { ticketWith } from '../scenario.ts';
import { message } from './fakes.ts';

const ME = { id: 1, name: 'me' };
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 6, minute)).toISOString();

function tickets(...list: Ticket[]): Map<number, Ticket> {
  return new Map(list.map((ticket) => [ticket.id, ticket]));
}

function queue(lists: Partial<Queue>): Queue {
  const counts = { waiting: 0, urgent: 0, mine: 0, messages: 0, requests: 0, online: 0 };
  return { waiting: [], mine: [], messages: [], follow_ups: [], counts, ...lists };
}

describe('lists', () => {
  it('puts who is urgent first, then who waits longest', () => {
    const lists = listsOf(
      tickets(
        ticketWith({ id: 1, queued_at: at(5) }),
        ticketWith({ id: 2, queued_at: at(1) }),
        ticketWith({ id: 3, queued_at: at(9), priority: 0 }),
        ticketWith({ id: 4, queued_at: at(8), priority: 1 }),
      ),
      ME.id,
    );
    expect(lists.waiting.map(({ id }) => id)).toEqual([3, 4, 2, 1]);
  });

  it('keeps the own chats in the order in which they were taken', () => {
    const lists = listsOf(
      tickets(
        ticketWith({ id: 1, status: 'active', agent: ME, claimed_at: at(3) }),
        ticketWith({ id: 2, status: 'active', agent: ME, claimed_at: at(2), priority: 2 }),
        ticketWith({ id: 3, status: 'active', agent: { id: 2, name: 'other' }, claimed_at: at(1) }),
        ticketWith({ id: 4, status: 'message', message: '付款失败' }),
        ticketWith({ id: 5, status: 'closed', agent: ME }),
      ),
      ME.id,
    );
    expect(lists.mine.map(({ id }) => id)).toEqual([2, 1]);
    expect(lists.messages.map(({ id }) => id)).toEqual([4]);
  });

  it('lists a message once something was left, or at once if it is pressing', () => {
    const lists = listsOf(
      tickets(
        ticketWith({ id: 1, status: 'message', priority: 2 }),
        ticketWith({ id: 2, status: 'message', priority: 2, contact: '138****8000' }),
        ticketWith({ id: 3, status: 'message', priority: 0 }),
      ),
      ME.id,
    );
    expect(lists.messages.map(({ id }) => id)).toEqual([3, 2]);
  });
});

describe('news of a ticket', () => {
  it('never goes back to an older version', () => {
    const known = tickets(ticketWith({ id: 1, version: 3, status: 'active' }));
    expect(withTicket(known, ticketWith({ id: 1, version: 2 })).get(1)?.status).toBe('active');
    expect(withTicket(known, ticketWith({ id: 1, version: 4, status: 'closed' })).get(1)?.status).toBe('closed');
  });

  it('outlives a queue that was asked for before', () => {
    const claimed = ticketWith({ id: 1, version: 2, status: 'active', agent: ME });
    const fresh = ticketWith({ id: 2, version: 1 });
    const known = tickets(claimed, fresh, ticketWith({ id: 3 }));
    const result = withQueue(known, queue({ waiting: [ticketWith({ id: 1, version: 1 })] }), new Set([2]));
    expect(result.get(1)?.status).toBe('active');
    expect([...result.keys()].sort()).toEqual([1, 2]);
  });
});

describe('a message', () => {
  it('is counted once, whichever of the two tells of it first', () => {
    const ticket = ticketWith({ id: 1, status: 'active', agent: ME });
    const news = message(4, { created_at: at(7) });
    const counted = withMessage(ticket, news);
    expect(counted).toMatchObject({ unread: 1, last_message: { text: news.text } });
    expect(withMessage(counted, news)).toBe(counted);
    expect(withMessage(ticket, message(5, { author: 'agent', created_at: at(8) })).unread).toBe(0);
  });
});

describe('waiting', () => {
  it('is counted from queueing, from the first unanswered question, and not after an answer', () => {
    const mine = ticketWith({ id: 1, status: 'active', agent: ME, claimed_at: at(2) });
    const says = (author: 'user' | 'agent', minute: number): Ticket['last_message'] => ({
      author,
      text: 'x',
      created_at: at(minute),
    });
    expect(waitingSince(ticketWith({ id: 1, queued_at: at(1) }))).toBe(at(1));
    expect(waitingSince(mine)).toBe(at(2));
    expect(waitingSince({ ...mine, last_message: says('user', 4) })).toBe(at(4));
    expect(waitingSince({ ...mine, first_reply_at: at(5), last_message: says('agent', 5) })).toBeNull();
    expect(waitingSince(ticketWith({ id: 1, status: 'closed' }))).toBeNull();
  });
});

describe('a queue that was asked for while messages came', () => {
  const talked = ticketWith({ id: 1, status: 'active', agent: ME, version: 2, unread: 3 });

  it('no longer has a chat that has ended', () => {
    expect([...withQueue(tickets(talked), queue({}), new Set(), new Set([1])).keys()]).toEqual([]);
  });

  it('keeps what was counted of one that goes on, unless it knows more', () => {
    const counted = (version: number): number | undefined =>
      withQueue(tickets(talked), queue({ mine: [{ ...talked, version, unread: 1 }] }), new Set(), new Set([1])).get(1)
        ?.unread;
    expect(counted(2)).toBe(3);
    expect(counted(3)).toBe(1);
  });
});
