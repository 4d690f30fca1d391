/** The tickets that an agent has before them: which list each is in, and in which order. Pure. */

import type { Message, Queue, Ticket, TicketEvent } from './protocol.ts';

const NORMAL = 2;

export type Tickets = ReadonlyMap<number, Ticket>;

export interface Lists {
  mine: Ticket[];
  waiting: Ticket[];
  messages: Ticket[];
  followUps: Ticket[];
}

/** Returns the lists as the gateway orders them: urgent first, then who waits longest. */
export function listsOf(tickets: Tickets, agentId: number): Lists {
  const all = [...tickets.values()];
  return {
    // In the order in which they were taken, so that nothing jumps while somebody aims at it.
    mine: all
      .filter((ticket) => ticket.status === 'active' && ticket.agent?.id === agentId)
      .sort((a, b) => compare(a.claimed_at, b.claimed_at) || a.id - b.id),
    waiting: all.filter(({ status }) => status === 'queued').sort(byUrgency),
    messages: all.filter(isLeft).sort(byUrgency),
    followUps: all
      .filter(({ status }) => status === 'pending')
      .sort((a, b) => compare(a.due_at, b.due_at) || a.id - b.id),
  };
}

/** Whether there is something to do for whoever comes: something was left, or it is pressing. As the gateway counts. */
export function isLeft({ status, message, contact, priority }: Ticket): boolean {
  return status === 'message' && (message !== null || contact !== null || priority < NORMAL);
}

/** Whether somebody wanted a human while nobody was there, and has left neither words nor a contact. */
export function isRequest({ status, message, contact }: Pick<Ticket, 'status' | 'message' | 'contact'>): boolean {
  return status === 'message' && message === null && contact === null;
}

function byUrgency(a: Ticket, b: Ticket): number {
  return a.priority - b.priority || compare(a.queued_at ?? a.created_at, b.queued_at ?? b.created_at) || a.id - b.id;
}

function compare(a: string | null, b: string | null): number {
  return Date.parse(a ?? '') - Date.parse(b ?? '') || 0;
}

/** Returns the tickets with one as it is now; an older version than the known one changes nothing. */
export function withTicket(tickets: Tickets, ticket: Ticket): Tickets {
  const known = tickets.get(ticket.id);
  if (known && known.version > ticket.version) return tickets;
  return new Map(tickets).set(ticket.id, ticket);
}

/**
 * Returns the tickets of a queue that was asked for. Those of `touched` have changed since it was asked for and stay as
 * they are, as the answer may be older; of those of `counted` only messages were counted, so that they stay if the queue
 * has them in the same version.
 */
export function withQueue(
  tickets: Tickets,
  queue: Queue,
  touched: ReadonlySet<number>,
  counted: ReadonlySet<number> = new Set(),
): Tickets {
  const result = new Map<number, Ticket>();
  for (const ticket of [...queue.waiting, ...queue.mine, ...queue.messages, ...queue.follow_ups]) {
    const known = tickets.get(ticket.id);
    const isNewer =
      known && (known.version > ticket.version || (known.version === ticket.version && counted.has(ticket.id)));
    result.set(ticket.id, isNewer ? known : ticket);
  }
  for (const id of touched) {
    const known = tickets.get(id);
    if (known) result.set(id, known);
  }
  return result;
}

/** Returns the ticket with a message that has just come; one that the gateway has counted already changes nothing. */
export function withMessage(ticket: Ticket, message: Message): Ticket {
  const last = ticket.last_message;
  if (last && Date.parse(last.created_at) >= Date.parse(message.created_at)) return ticket;
  return {
    ...ticket,
    unread: message.author === 'user' ? ticket.unread + 1 : ticket.unread,
    last_message: { author: message.author, text: message.text, created_at: message.created_at },
  };
}

/** Since when somebody waits for us: in the queue, or with a question that nobody has answered; null if nobody does. */
export function waitingSince(ticket: Ticket): string | null {
  if (ticket.status === 'queued') return ticket.queued_at ?? ticket.created_at;
  if (ticket.status === 'message') return ticket.created_at;
  if (ticket.status !== 'active') return null;
  if (ticket.last_message?.author === 'user') return ticket.last_message.created_at;
  return ticket.first_reply_at === null ? ticket.claimed_at : null;
}

/** Whether somebody should have come back to the ticket by now. `now`: milliseconds since 1970. */
export function isDue(ticket: Ticket, now: number): boolean {
  return ticket.status === 'pending' && Date.parse(ticket.due_at ?? '') <= now;
}

const GIVEN = ['claimed', 'assigned', 'transferred'];

/** Returns who made somebody the agent of a ticket the last time, by id; null if it was the gateway, or nobody yet. */
export function takenBy(events: readonly TicketEvent[]): number | null {
  const last = events.findLast(({ kind }) => GIVEN.includes(kind));
  return last?.actor.kind === 'agent' ? last.actor.id : null;
}
