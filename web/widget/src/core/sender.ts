/** Sends what the user wrote: one message after the other, again where it may have been lost, later where it was too fast. */

import type { ChatSocket } from './connection.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';
import { readAcknowledgement, type Message, type Utterance, type WireError } from './protocol.ts';

/** How long the gateway may take to acknowledge. Milliseconds; it stores before it answers, which takes few. */
export const ACKNOWLEDGEMENT_TIMEOUT = 8_000;

/** Attempts to send one message over a connection that seems to hold, before the user is asked. */
const ATTEMPTS = 3;

/** Longer than this nobody is made to wait without being asked. Seconds. */
const MAX_PAUSE = 60;

/** What would fail again in the same way. */
const NO_RETRY: readonly string[] = ['malformed', 'empty', 'too_long', 'payload_not_offered', 'attachment_unknown'];

export interface SenderOptions {
  outbox: Outbox;
  /** Returns the socket, if messages can be sent over it now. */
  line: () => ChatSocket | null;
  /** A message has been stored by the gateway. */
  onDelivered: (message: Message | null) => void;
  /** The outbox has changed. */
  onChange: () => void;
  /** The token is refused; returns whether a new session is asked for, and the message to be sent then. */
  onBadToken: () => boolean;
  /** The user has to agree to the notice first; the message waits. */
  onConsentRequired: () => void;
}

/** Empties the outbox. */
export class Sender {
  private flushing = false;
  /** Nothing is sent while it runs: the gateway has asked for patience. */
  private pauseTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SenderOptions) {}

  /** Sends what waits; the order of writing is the order of arrival. */
  async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    try {
      for (;;) {
        const socket = this.options.line();
        const entry = this.options.outbox.entries().find(({ state }) => state === 'waiting');
        if (!entry || !socket || this.pauseTimer !== undefined) return;
        await this.deliver(socket, entry);
      }
    } finally {
      this.flushing = false;
    }
  }

  stop(): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
  }

  private async deliver(socket: ChatSocket, entry: OutboxEntry): Promise<void> {
    const { outbox, line, onChange, onDelivered } = this.options;
    const utterance: Utterance = { message: entry.message, client_id: entry.client_id, kind: entry.kind };
    if (entry.attachment_id) utterance.attachment_id = entry.attachment_id;
    if (entry.offered_by) utterance.offered_by = entry.offered_by;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      let answer: unknown;
      try {
        answer = await socket.request('user_uttered', utterance, ACKNOWLEDGEMENT_TIMEOUT);
      } catch {
        // Lost on the way, or its acknowledgement was: `client_id` makes sending it again harmless.
        if (line() !== socket) return;
        continue;
      }
      if (line() !== socket) return;
      const acknowledgement = readAcknowledgement(answer);
      if (!acknowledgement.ok) return this.fail(entry, acknowledgement.error);
      outbox.remove([entry.client_id]);
      onDelivered(acknowledgement.message);
      onChange();
      return;
    }
    this.fail(entry, { code: 'unavailable', message: '', retry_after: null });
    socket.reconnect();
  }

  private fail(entry: OutboxEntry, error: WireError): void {
    const { outbox, onBadToken, onConsentRequired, onChange } = this.options;
    const wait = error.code === 'rate_limited' ? error.retry_after : null;
    if (wait !== null && wait <= MAX_PAUSE) this.pause(entry, error, Math.max(wait, 1));
    else if (error.code === 'consent_required') onConsentRequired();
    else if (error.code !== 'bad_token' || !onBadToken()) {
      const retryable = !NO_RETRY.includes(error.code);
      outbox.change(entry.client_id, { state: 'failed', error: error.message, retryable });
    }
    onChange();
  }

  /** Waits as long as the gateway asks; what was written keeps its order. */
  private pause(entry: OutboxEntry, error: WireError, seconds: number): void {
    this.options.outbox.change(entry.client_id, { error: error.message });
    this.pauseTimer = setTimeout(() => {
      this.pauseTimer = undefined;
      void this.flush();
    }, seconds * 1000);
  }
}
