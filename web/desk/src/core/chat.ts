/**
 * One conversation as the desk shows it: what was said, what is on its way, who is typing. Messages are counted without
 * gaps, so that after any interruption exactly what is missing is asked for.
 */

import { EMPTY_TRANSCRIPT, hasGap, withMessages, type Transcript } from '@uwallet/shared/transcript.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError } from './api.ts';
import { Outbox, type Outgoing } from './outbox.ts';
import type { Message, Page, WatchResult } from './protocol.ts';
import type { DeskStorage } from './storage.ts';

export interface ChatState {
  /** `failed`: the gateway does not show it to this agent. */
  phase: 'loading' | 'live' | 'offline' | 'failed';
  error: string;
  transcript: Transcript<Message>;
  hasEarlier: boolean;
  loadingEarlier: boolean;
  outgoing: readonly Outgoing[];
  userTyping: boolean;
  /** The last message that the user has seen, as far as is known. */
  userReadId: number;
}

/** What a conversation needs of the gateway. */
export interface ChatGateway {
  messages: (ticketId: number, query: { before?: number; limit: number }) => Promise<Page>;
  say: (
    ticketId: number,
    body: { text?: string; attachment_id?: string; client_id: string; canned_reply_id?: number },
  ) => Promise<Message>;
  upload: (ticketId: number, file: Blob, name: string) => Promise<{ id: string }>;
  /** Subscribes; resolves with what came after a message. Rejects without a connection. */
  watch: (ticketId: number, after: number) => Promise<WatchResult>;
  unwatch: (ticketId: number) => void;
  typing: (ticketId: number, typing: boolean) => void;
  read: (ticketId: number, id: number) => void;
}

export interface ChatOptions {
  ticketId: number;
  gateway: ChatGateway;
  storage: DeskStorage;
  now: () => number;
  newId?: () => string;
  /** A message that had not been shown before came. */
  onMessage?: (message: Message) => void;
}

const PAGE = 50;

/** How long a message may be missing before it is asked for. Milliseconds. */
const GAP_PATIENCE = 1_000;

/** How long somebody who said that they are typing is believed. Milliseconds. */
export const TYPING_LIFETIME = 6_000;

/** How often the user is told that the agent is typing. Milliseconds. */
export const TYPING_INTERVAL = 3_000;

/** Pauses before sending again what may have been lost, in milliseconds; then the next connection is waited for. */
const RETRY_PAUSES = [1_000, 3_000, 8_000];

export class Chat {
  readonly state: StoreApi<ChatState>;
  private readonly outbox: Outbox;
  /** Counted up with each attempt to catch up, so that an older one that is still under way gives up. */
  private attempt = 0;
  private closed = false;
  private sending = false;
  private attempts = 0;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private catchUpTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counted up with each conversation that this one becomes: what was asked of another is not of this. */
  private era = 0;
  private toldTyping = -Infinity;
  private toldRead = 0;

  constructor(private readonly options: ChatOptions) {
    this.outbox = new Outbox(options.ticketId, options.storage, options.now());
    this.state = createStore<ChatState>(() => ({
      phase: 'loading',
      error: '',
      transcript: EMPTY_TRANSCRIPT,
      hasEarlier: false,
      loadingEarlier: false,
      outgoing: this.outbox.entries(),
      userTyping: false,
      userReadId: 0,
    }));
  }

  // --- What was said ---

  /** Brings the conversation up to date and keeps it so; to be called whenever the connection is there again. */
  async catchUp(): Promise<void> {
    const attempt = (this.attempt += 1);
    clearTimeout(this.catchUpTimer);
    const isStale = (): boolean => this.closed || attempt !== this.attempt;
    const { ticketId, gateway } = this.options;
    try {
      if (this.transcript.messages.length === 0) {
        const page = await gateway.messages(ticketId, { limit: PAGE });
        if (isStale()) return;
        this.merge(page.messages);
        this.state.setState({ hasEarlier: page.has_more && (page.messages[0]?.id ?? 1) > 1 });
      }
      for (;;) {
        const after = this.transcript.completeTo;
        const watched = await gateway.watch(ticketId, after);
        if (isStale()) return;
        this.hear(watched.messages);
        this.noteRead(watched.user_read_id);
        if (!watched.has_more || this.transcript.completeTo === after) break;
      }
      this.state.setState({ phase: 'live', error: '' });
      this.attempts = 0;
      void this.flush();
    } catch (error) {
      if (isStale()) return;
      if (error instanceof ApiError && !error.isTemporary && error.code !== 'signed_out') {
        this.state.setState({ phase: 'failed', error: error.message });
      } else {
        this.state.setState({ phase: 'offline' });
        this.catchUpTimer = setTimeout(() => void this.catchUp(), RETRY_PAUSES[1]);
      }
    }
  }

  /** The conversation has become another one: its messages have other ids. What is to be sent stays. */
  restart(): void {
    this.era += 1;
    this.toldRead = 0;
    clearTimeout(this.gapTimer);
    this.state.setState({
      phase: 'loading',
      error: '',
      transcript: EMPTY_TRANSCRIPT,
      hasEarlier: false,
      loadingEarlier: false,
      userTyping: false,
      userReadId: 0,
    });
    void this.catchUp();
  }

  /** The connection is gone; it will be back. */
  disconnected(): void {
    this.attempt += 1;
    for (const timer of [this.retryTimer, this.catchUpTimer]) clearTimeout(timer);
    if (this.state.getState().phase !== 'failed') this.state.setState({ phase: 'offline', userTyping: false });
  }

  close(): void {
    this.closed = true;
    for (const timer of [this.gapTimer, this.typingTimer, this.retryTimer, this.catchUpTimer]) clearTimeout(timer);
    this.options.gateway.unwatch(this.options.ticketId);
  }

  /** Takes messages as they come, in any order, as often as they like. */
  hear(messages: readonly Message[]): void {
    const { completeTo } = this.transcript;
    const fresh = this.transcript.messages.length > 0 ? messages.filter(({ id }) => id > completeTo) : [];
    this.merge(messages);
    if (messages.some(({ author }) => author === 'user')) this.showTyping(false);
    for (const message of fresh) this.options.onMessage?.(message);
    clearTimeout(this.gapTimer);
    if (hasGap(this.transcript)) this.gapTimer = setTimeout(() => void this.catchUp(), GAP_PATIENCE);
  }

  /** Fetches what was said before the first message that is shown. */
  async loadEarlier(): Promise<void> {
    const { transcript, hasEarlier, loadingEarlier } = this.state.getState();
    const first = transcript.messages[0];
    if (!first || !hasEarlier || loadingEarlier) return;
    const { era } = this;
    this.state.setState({ loadingEarlier: true });
    try {
      const page = await this.options.gateway.messages(this.options.ticketId, { before: first.id, limit: PAGE });
      if (era !== this.era) return;
      this.merge(page.messages);
      const oldest = this.transcript.messages[0]?.id ?? 1;
      this.state.setState({ hasEarlier: page.has_more && oldest > 1 && oldest < first.id });
    } catch {
      // The button stays; it can be pressed again.
    } finally {
      if (era === this.era) this.state.setState({ loadingEarlier: false });
    }
  }

  /** Fetches a message again, for the fresh address of its picture. */
  async refresh(id: number): Promise<void> {
    const { era } = this;
    const page = await this.options.gateway
      .messages(this.options.ticketId, { before: id + 1, limit: 1 })
      .catch(() => null);
    if (page && era === this.era) this.merge(page.messages);
  }

  showTyping(typing: boolean): void {
    clearTimeout(this.typingTimer);
    this.state.setState({ userTyping: typing });
    if (typing) this.typingTimer = setTimeout(() => this.state.setState({ userTyping: false }), TYPING_LIFETIME);
  }

  noteRead(id: number): void {
    if (id > this.state.getState().userReadId) this.state.setState({ userReadId: id });
  }

  /** Tells that the agent has seen everything; returns the time of the last message if there was news, else null. */
  markRead(): string | null {
    const last = this.transcript.messages.at(-1);
    if (!last || last.id <= this.toldRead || this.state.getState().phase !== 'live') return null;
    this.toldRead = last.id;
    this.options.gateway.read(this.options.ticketId, last.id);
    return last.created_at;
  }

  // --- Saying something ---

  /** `canned_reply_id`: the canned reply that it was made from. */
  sendText(text: string, canned_reply_id?: number): void {
    this.enqueue({
      kind: 'text',
      text: text.trim(),
      ...(canned_reply_id === undefined ? {} : { canned_reply_id }),
    });
  }

  sendPicture(file: Blob, name: string): void {
    this.enqueue({ kind: 'picture', text: '', file, name, preview: URL.createObjectURL(file) });
  }

  retry(client_id: string): void {
    this.attempts = 0;
    this.outbox.change(client_id, { state: 'waiting', error: '', created_at: this.options.now() });
    this.show();
    void this.flush();
  }

  /** Gives up what was not sent; returns its text. */
  discard(client_id: string): string {
    const text = this.outbox.entries().find((entry) => entry.client_id === client_id)?.text ?? '';
    this.outbox.remove(new Set([client_id]));
    this.show();
    return text;
  }

  /** Tells the user that the agent is typing, not more often than needed, or that they have stopped. */
  tellTyping(typing: boolean): void {
    // Told with the next key once the conversation is watched.
    if (this.state.getState().phase !== 'live') return;
    const now = this.options.now();
    if (typing ? now - this.toldTyping < TYPING_INTERVAL : this.toldTyping === -Infinity) return;
    this.toldTyping = typing ? now : -Infinity;
    this.options.gateway.typing(this.options.ticketId, typing);
  }

  private get transcript(): Transcript<Message> {
    return this.state.getState().transcript;
  }

  private enqueue(entry: Pick<Outgoing, 'kind' | 'text' | 'file' | 'name' | 'preview' | 'canned_reply_id'>): void {
    const client_id = (this.options.newId ?? randomId)();
    this.outbox.add({ ...entry, client_id, created_at: this.options.now(), state: 'waiting', error: '' });
    this.toldTyping = -Infinity;
    this.show();
    void this.flush();
  }

  /** Sends what waits, one after the other; the order of writing is the order of arrival. */
  private async flush(): Promise<void> {
    if (this.sending || this.closed) return;
    this.sending = true;
    clearTimeout(this.retryTimer);
    try {
      for (;;) {
        const entry = this.outbox.next();
        if (!entry) return;
        if (!(await this.deliver(entry))) return;
      }
    } finally {
      this.sending = false;
    }
  }

  /** Returns whether the next one may be sent. */
  private async deliver(entry: Outgoing): Promise<boolean> {
    if (this.closed) return false;
    const { ticketId, gateway } = this.options;
    const { client_id } = entry;
    try {
      let { attachment_id } = entry;
      if (entry.kind === 'picture' && attachment_id === undefined && entry.file) {
        attachment_id = (await gateway.upload(ticketId, entry.file, entry.name ?? '')).id;
        this.outbox.change(client_id, { attachment_id });
      }
      const { canned_reply_id } = entry;
      const content = attachment_id === undefined ? { text: entry.text } : { attachment_id };
      const from = canned_reply_id === undefined ? {} : { canned_reply_id };
      const message = await gateway.say(ticketId, { ...content, ...from, client_id });
      this.attempts = 0;
      this.merge([message]);
      // Also if the answer does not name it: it has been stored.
      this.outbox.remove(new Set([client_id]));
      this.show();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.failed(client_id, error);
    }
  }

  private failed(client_id: string, error: ApiError): boolean {
    const pause = error.retryAfter === null ? RETRY_PAUSES[this.attempts] : error.retryAfter * 1000;
    // Signed out: it waits for the same agent to come back.
    const waits = error.isTemporary || error.code === 'signed_out';
    if (!waits) {
      this.outbox.change(client_id, { state: 'blocked', error: error.message });
      this.show();
      return true;
    }
    this.attempts += 1;
    if (pause !== undefined && error.code !== 'signed_out')
      this.retryTimer = setTimeout(() => void this.flush(), pause);
    return false;
  }

  private merge(messages: readonly Message[]): void {
    this.state.setState({ transcript: withMessages(this.transcript, messages) });
    this.outbox.remove(new Set(messages.map(({ client_id }) => client_id).filter((id) => id !== null)));
    this.show();
  }

  private show(): void {
    if (this.outbox.entries() !== this.state.getState().outgoing) {
      this.state.setState({ outgoing: this.outbox.entries() });
    }
  }
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
