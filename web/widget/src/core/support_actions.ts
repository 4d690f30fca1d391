/** What the user does about human support: leaves the queue, leaves a message, rates, types, reads. */

import type { ChatSocket } from './connection.ts';
import { readError, type WireError } from './protocol.ts';
import { ACKNOWLEDGEMENT_TIMEOUT } from './sender.ts';
import { readSupport, readTicket, type Support, type TicketState } from './support.ts';
import type { Transcript } from './transcript.ts';
import { fields } from '@uwallet/shared/wire.ts';

/** The agent is told that the user types at most this often. Milliseconds. */
const TYPING_INTERVAL = 3_000;

/** Who has typed nothing for so long does not type any more. Milliseconds. */
const TYPING_PAUSE = 6_000;

export type Outcome = { ok: true; ticket: TicketState | null } | { ok: false; error: WireError };

const UNREACHABLE: Outcome = { ok: false, error: { code: 'unavailable', message: '', retry_after: null } };

export interface SupportActionsOptions {
  /** Returns the socket, if something can be sent over it now. */
  line: () => ChatSocket | null;
  support: () => Support | null;
  /** The state is another one, known before the gateway tells it. */
  onChange: (support: Support) => void;
  now: () => number;
}

/** Sends it to the gateway. What comes of it shows in the conversation's `support`. */
export class SupportActions {
  private toldTypingAt: number | null = null;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private toldReadId = 0;

  constructor(private readonly options: SupportActionsOptions) {}

  /** Stops waiting for a human. */
  leaveQueue(): Promise<Outcome> {
    return this.request('leave_queue', {});
  }

  /** Leaves a message; the same `client_id` again leaves none twice. */
  leaveMessage(text: string, contact: string, client_id: string): Promise<Outcome> {
    return this.request('leave_message', { text, contact, client_id });
  }

  /** Rates a ticket from 1 to 5. One that another tab has rated already is rated. */
  async rate(ticket: string, rating: number, comment: string): Promise<Outcome> {
    const outcome = await this.request('rate_support', { ticket, rating, ...(comment === '' ? {} : { comment }) });
    if (!outcome.ok && outcome.error.code !== 'already_rated') return outcome;
    const support = this.options.support();
    if (support?.rating_wanted === ticket) this.options.onChange({ ...support, rating_wanted: null });
    return { ok: true, ticket: null };
  }

  /** The user has changed what they write; `written` says whether anything is left of it. */
  typed(written: boolean): void {
    if (this.options.support()?.owner !== 'agent') return;
    if (!written) return this.stopTyping();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopTyping(), TYPING_PAUSE);
    const now = this.options.now();
    if (this.toldTypingAt !== null && now - this.toldTypingAt < TYPING_INTERVAL) return;
    const line = this.options.line();
    if (!line) return;
    this.toldTypingAt = now;
    line.emit('typing', { typing: true });
  }

  /** The user does not type any more: it is sent, deleted, or left lying. */
  stopTyping(): void {
    clearTimeout(this.typingTimer);
    if (this.toldTypingAt === null) return;
    this.toldTypingAt = null;
    this.options.line()?.emit('typing', { typing: false });
  }

  /** The user has seen everything up to a message. It is told only where an agent wants to know it. */
  seen(id: number, { messages }: Transcript): void {
    const support = this.options.support();
    if (!support || id <= this.toldReadId) return;
    const concernsAgent =
      support.owner === 'agent' ||
      messages.some((message) => message.author === 'agent' && message.id > this.toldReadId);
    const line = concernsAgent ? this.options.line() : null;
    if (!line) return;
    this.toldReadId = id;
    line.emit('read', { id });
  }

  /** The line is new, or the conversation: what was told over another one is forgotten. */
  forget(): void {
    clearTimeout(this.typingTimer);
    this.toldTypingAt = null;
    this.toldReadId = 0;
  }

  private async request(name: string, data: unknown): Promise<Outcome> {
    const line = this.options.line();
    if (!line) return UNREACHABLE;
    let answer: unknown;
    try {
      answer = await line.request(name, data, ACKNOWLEDGEMENT_TIMEOUT);
    } catch {
      return UNREACHABLE;
    }
    const source = fields(answer);
    const support = readSupport(source.support);
    if (support && this.options.line() === line) this.options.onChange(support);
    if (source.ok === true) return { ok: true, ticket: readTicket(source.ticket) };
    return { ok: false, error: readError(source.error) };
  }
}
