/** Human support as docs/support.md defines it for users: who speaks, the queue, the ticket. */

import { fields, isFields, numberOrNull, text, textOrNull } from '@uwallet/shared/wire.ts';

/** Who speaks to the user: the bot, still the bot while they wait for a human, an agent, or nobody since an agent has ended it. */
export type Owner = 'bot' | 'queued' | 'agent' | 'closed';

export interface TicketState {
  number: string;
  /** `queued`, `active`, `message`, `closed`. */
  status: string;
}

export interface Support {
  owner: Owner;
  ticket: TicketState | null;
  /** Place in the queue, from 1. */
  position: number | null;
  /** Estimated, in whole minutes; null if nothing is known to estimate it from. */
  /** At most, probably. */
  wait_minutes: number | null;
  wait_minutes_least: number | null;
  /** Name of the agent who serves the user. */
  agent: string | null;
  /** Id of the last message that the agent has seen. */
  agent_read_id: number;
  can_leave_message: boolean;
  /** Whether an agent takes chats now; true from a gateway that does not say. */
  available: boolean;
  /** When support opens next, ISO 8601; null while it is open, or if no hours are known. */
  opens_at: string | null;
  /** Number of the ticket that the user is asked to rate. */
  rating_wanted: string | null;
}

const OWNERS: readonly string[] = ['bot', 'queued', 'agent', 'closed'];

/** Reads `support`; null if there is none, as from a gateway that knows nothing of it. */
export function readSupport(value: unknown): Support | null {
  if (!isFields(value)) return null;
  const owner = text(value.owner);
  if (!OWNERS.includes(owner)) return null;
  return {
    owner: owner as Owner,
    ticket: readTicket(value.ticket),
    position: numberOrNull(value.position),
    wait_minutes: numberOrNull(value.wait_minutes),
    wait_minutes_least: numberOrNull(value.wait_minutes_least),
    agent: textOrNull(fields(value.agent).name),
    agent_read_id: numberOrNull(value.agent_read_id) ?? 0,
    can_leave_message: value.can_leave_message === true,
    available: value.available !== false,
    opens_at: textOrNull(value.opens_at),
    rating_wanted: textOrNull(value.rating_wanted),
  };
}

/** Reads `{number, status}`; null without a number. */
export function readTicket(value: unknown): TicketState | null {
  const source = fields(value);
  const number = text(source.number);
  return number === '' ? null : { number, status: text(source.status) };
}

/** Whether a human is with the user, or on the way: news of that must not wait until the user opens the window. */
export function awaitsHuman(support: Support | null): boolean {
  return support?.owner === 'queued' || support?.owner === 'agent';
}

/** What a button of the gateway's own does; of other buttons null. */
export function supportPayload(payload: string): SupportPayload | null {
  return PAYLOADS.find((name) => payload === name || payload.startsWith(`${name}{`)) ?? null;
}

const PAYLOADS = ['/support_leave_queue', '/support_keep_waiting', '/support_leave_message', '/support_rate'] as const;

export type SupportPayload = (typeof PAYLOADS)[number];
