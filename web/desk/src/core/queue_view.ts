/** What an agent looks at in the queue: filtered, sorted, folded by group. Pure. */

import type { SkillGroup, Ticket } from './protocol.ts';

/** `all`, `mine` (what is for me), `pressing`, or the id of a group. */
export type QueueFilter = 'all' | 'mine' | 'pressing' | number;

/** `queue`: as the gateway orders; by group; what is due first; the longest wait first; the latest first. */
export const QUEUE_ORDERS = ['queue', 'group', 'due', 'longest', 'latest'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];

export interface QueueView {
  filter: QueueFilter;
  order: QueueOrder;
  words: string;
}

export const PLAIN_VIEW: QueueView = { filter: 'all', order: 'queue', words: '' };

/** What stands in a list: a ticket, or the head of a group with how many are in it. */
export type QueueRow =
  { kind: 'ticket'; ticket: Ticket } | { kind: 'group'; id: number | null; name: string | null; count: number };

const URGENT = 0;
const NORMAL = 2;

/** Returns the ids of the groups that an agent is in. */
export function groupsOf(groups: readonly SkillGroup[], agentId: number): Set<number> {
  return new Set(groups.filter(({ members }) => members.some((it) => it.agent_id === agentId)).map(({ id }) => id));
}

/** Whether a waiting ticket is for an agent: of no group, of one of theirs, or waiting too long. `now`: milliseconds. */
export function isFor(ticket: Ticket, groupIds: ReadonlySet<number>, now: number): boolean {
  if (ticket.group === null || groupIds.has(ticket.group.id)) return true;
  return ticket.overflow_at !== null && Date.parse(ticket.overflow_at) <= now;
}

/**
 * Returns who comes next for an agent: the first for them; if there is none, the first at all. Somebody urgent goes before
 * all others, whoever's they are: a life or an account may be at stake, and a specialist can take them over later.
 */
export function nextOf(waiting: readonly Ticket[], groupIds: ReadonlySet<number>, now: number): Ticket | undefined {
  const urgent = waiting.filter(({ priority }) => priority === URGENT);
  const first = urgent.length > 0 ? urgent : waiting;
  return first.find((ticket) => isFor(ticket, groupIds, now)) ?? first[0];
}

/** Returns what is looked for, in the order wanted. `text`: what a row shows. `waiting` is in the order of the gateway. */
export function viewed(
  waiting: readonly Ticket[],
  { filter, order, words }: QueueView,
  groupIds: ReadonlySet<number>,
  now: number,
  text: (ticket: Ticket) => string,
): Ticket[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = waiting.filter((ticket) => {
    if (filter === 'mine' && !isFor(ticket, groupIds, now)) return false;
    if (filter === 'pressing' && ticket.priority >= NORMAL) return false;
    if (typeof filter === 'number' && ticket.group?.id !== filter) return false;
    if (wanted.length === 0) return true;
    const shown = text(ticket).toLowerCase();
    return wanted.every((word) => shown.includes(word));
  });
  const since = (ticket: Ticket): number => Date.parse(ticket.queued_at ?? ticket.created_at);
  const due = (ticket: Ticket): number => (ticket.reply_due_at === null ? Infinity : Date.parse(ticket.reply_due_at));
  // Two without a target stay as they are.
  if (order === 'due') found.sort((a, b) => (due(a) === due(b) ? 0 : due(a) - due(b)));
  if (order === 'longest') found.sort((a, b) => since(a) - since(b));
  if (order === 'latest') found.sort((a, b) => since(b) - since(a));
  return found;
}

/** Returns tickets under the heads of their groups, by name, those without one last; what is folded is left out. */
export function byGroup(tickets: readonly Ticket[], folded: ReadonlySet<number | null>): QueueRow[] {
  const groups = new Map<number | null, { name: string | null; tickets: Ticket[] }>();
  for (const ticket of tickets) {
    const id = ticket.group?.id ?? null;
    const group = groups.get(id) ?? { name: ticket.group?.name ?? null, tickets: [] };
    group.tickets.push(ticket);
    groups.set(id, group);
  }
  return [...groups]
    .sort(([, a], [, b]) => Number(a.name === null) - Number(b.name === null) || compareNames(a.name, b.name))
    .flatMap(([id, { name, tickets: own }]): QueueRow[] => [
      { kind: 'group', id, name, count: own.length },
      ...(folded.has(id) ? [] : own.map((ticket): QueueRow => ({ kind: 'ticket', ticket }))),
    ]);
}

function compareNames(a: string | null, b: string | null): number {
  return (a ?? '').localeCompare(b ?? '', 'zh-CN');
}

/** Returns what is kept of a view, and reads it again; what is not understood is the plain one. */
export function readView(kept: string | null): QueueView {
  try {
    const { filter, order } = JSON.parse(kept ?? '{}') as Partial<QueueView>;
    const isFilter = typeof filter === 'number' || filter === 'mine' || filter === 'pressing';
    const known = QUEUE_ORDERS.find((it) => it === order);
    return { ...PLAIN_VIEW, ...(isFilter ? { filter } : {}), ...(known ? { order: known } : {}) };
  } catch {
    return PLAIN_VIEW;
  }
}
