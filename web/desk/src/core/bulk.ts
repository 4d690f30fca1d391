/** What is done to many tickets at once, and why some refuse. Pure. */

import type { BulkRefusal, BulkRequest, Role } from './protocol.ts';

export type BulkAction = BulkRequest['action'];

/** In the order of the menu. */
const ACTIONS: readonly BulkAction[] = [
  'label',
  'unlabel',
  'assign',
  'group',
  'priority',
  'follow_up',
  'close',
  'reopen',
];
const SUPERVISORS: readonly BulkAction[] = ['assign', 'group'];

/** As many as the gateway takes at once. */
export const MOST_AT_ONCE = 200;

export function actionsOf(role: Role, hasGroups: boolean): BulkAction[] {
  return ACTIONS.filter(
    (action) => (role !== 'agent' || !SUPERVISORS.includes(action)) && (action !== 'group' || hasGroups),
  );
}

/** Splits what is chosen into as many as the gateway takes at once. */
export function inParts<Key>(chosen: readonly Key[]): Key[][] {
  const parts: Key[][] = [];
  for (let start = 0; start < chosen.length; start += MOST_AT_ONCE)
    parts.push(chosen.slice(start, start + MOST_AT_ONCE));
  return parts;
}

export interface RefusalTexts {
  reasons: Readonly<Record<string, string>>;
  other_ticket: string;
}

/** Returns why it could not be done to one of them: what it is in the way of, else what the gateway says. */
export function reasonOf(
  refusal: BulkRefusal,
  texts: RefusalTexts,
  fill: (template: string, values: Record<string, string>) => string,
): string {
  const { status, agent, number } = refusal.details as {
    status?: string;
    agent?: { name?: string } | null;
    number?: string;
  };
  if (refusal.code !== 'conflict' || status === undefined) return refusal.message;
  // What is over can be opened again unless something else of the user is open.
  if (number !== undefined && number !== refusal.number) return texts.other_ticket;
  const reason = texts.reasons[status];
  return reason === undefined ? refusal.message : fill(reason, { name: agent?.name ?? '' });
}
