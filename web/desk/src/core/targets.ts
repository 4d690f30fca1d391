/** How far a ticket is from its service targets. Pure. */

import type { Ticket } from './protocol.ts';

export type TargetKind = 'first_reply' | 'resolution';

export interface TargetState {
  kind: TargetKind;
  /** ISO 8601. */
  dueAt: string;
  /** Seconds that are left, or, below 0, since it was due. */
  left: number;
  state: 'fine' | 'soon' | 'missed';
}

/** A target is near when so much of its time is left, or less. */
const NEAR = 0.25;

/** Returns the target that counts now: the first reply until there is one, then the end; null if there is none. */
export function targetOf(ticket: Ticket, now: number): TargetState | null {
  if (ticket.status === 'closed') return null;
  const waitsForReply = ticket.first_reply_at === null && ticket.reply_due_at !== null;
  const kind: TargetKind = waitsForReply ? 'first_reply' : 'resolution';
  const dueAt = waitsForReply ? ticket.reply_due_at : ticket.resolve_due_at;
  if (dueAt === null) return null;
  const began = Date.parse((waitsForReply ? ticket.queued_at : null) ?? ticket.created_at);
  const left = Math.ceil((Date.parse(dueAt) - now) / 1000);
  const isNear = left * 1000 <= (Date.parse(dueAt) - began) * NEAR;
  return { kind, dueAt, left, state: left < 0 ? 'missed' : isNear ? 'soon' : 'fine' };
}
