/** The desk of one agent who is signed in: queue, conversations and alerts, kept up to date over one socket. */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, type DeskApi } from './api.ts';
import { Chat } from './chat.ts';
import type { DeskSocket, ServerEvent, SocketFactory } from './connection.ts';
import type { Counts, Message, Queue, Ticket, WatchResult } from './protocol.ts';
import type { DeskStorage } from './storage.ts';
import { isDue, isLeft, listsOf, takenBy, withMessage, withQueue, withTicket, type Tickets } from './tickets.ts';

export interface DeskState {
  connection: 'connecting' | 'online' | 'offline';
  /** Whether the queue has been read once. */
  loaded: boolean;
  tickets: Tickets;
  counts: Counts;
  /** The ticket whose conversation is on the screen. */
  openId: number | null;
}

/** What happened that the rest of the page may want to know. */
export type DeskNews =
  | { kind: 'agents' }
  | { kind: 'ticket'; ticket: Ticket }
  | { kind: 'message'; ticketId: number; message: Message }
  /** Something that only lists on other pages show. */
  | { kind: 'queue'; reason: string | null }
  /** After a while without a connection, in which anything may have happened. */
  | { kind: 'connected' };

/** What deserves a tone. */
export type DeskAlert =
  | { kind: 'message'; ticket: Ticket }
  | { kind: 'waiting'; ticket: Ticket }
  /** Somebody else, or the gateway, gave it to the agent. */
  | { kind: 'assigned'; ticket: Ticket }
  /** Somebody else has it now, who had it from the agent without their doing. */
  | { kind: 'taken_away'; ticket: Ticket }
  /** The time of a follow-up has come. */
  | { kind: 'due'; ticket: Ticket }
  | { kind: 'left'; ticket: Ticket }
  /** A supervisor has left a word for the agent. */
  | { kind: 'whisper'; ticket: Ticket; by: string };

export interface DeskOptions {
  agentId: number;
  api: DeskApi;
  connect: SocketFactory;
  storage: DeskStorage;
  now: () => number;
  onNews: (news: DeskNews) => void;
  onAlert: (alert: DeskAlert) => void;
  onSignedOut: () => void;
}

/** Changes that come together are asked for once, and not more often than this. Milliseconds. */
const REFRESH_DELAY = 150;
const REFRESH_PAUSE = 1_000;
/** With more tickets than this the pause grows with them: a queue of 600 costs the gateway 100 ms, for each desk. */
const REFRESH_SIZE = 200;

/** How a refusal over the socket would have come over HTTP; all others are for good. */
const STATUS: Record<string, number> = { rate_limited: 429, unavailable: 503, signed_out: 401 };

/** The queue is read anew this often even if nothing is told, in case something was not. Milliseconds. */
const REFRESH_INTERVAL = 60_000;

const NO_COUNTS: Counts = { waiting: 0, urgent: 0, mine: 0, messages: 0, requests: 0, online: 0 };

export class Desk {
  readonly state: StoreApi<DeskState>;
  private socket: DeskSocket | null = null;
  private readonly chats = new Map<number, Chat>();
  /** Tickets that changed while the queue was being asked for. */
  private touched = new Set<number>();
  /** Those of which only messages were counted or read meanwhile: whether they are still listed is for the queue to say. */
  private counted = new Set<number>();
  /** When the agent last saw everything, by ticket; ISO 8601. */
  private readonly readAt = new Map<number, string>();
  /** The date of which the agent was told, by follow-up. */
  private readonly toldDue = new Map<number, string | null>();
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private intervalTimer: ReturnType<typeof setInterval> | undefined;
  private refreshing = false;
  private refreshedAt = -Infinity;
  private refreshAgain = false;
  private stopped = false;

  constructor(readonly options: DeskOptions) {
    this.state = createStore<DeskState>(() => ({
      connection: 'connecting',
      loaded: false,
      tickets: new Map(),
      counts: NO_COUNTS,
      openId: null,
    }));
  }

  start(): void {
    this.socket = this.options.connect({
      onConnect: () => this.connected(),
      onDisconnect: () => this.disconnected(),
      onRefused: () => this.options.onSignedOut(),
      onEvent: (name, data) => this.receive(name, data),
    });
    void this.refresh();
    this.intervalTimer = setInterval(() => void this.refresh(), REFRESH_INTERVAL);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.refreshTimer);
    clearInterval(this.intervalTimer);
    for (const chat of this.chats.values()) chat.close();
    this.chats.clear();
    this.socket?.close();
    this.socket = null;
  }

  reconnect(): void {
    this.socket?.reconnect();
  }

  // --- Conversations ---

  /** Returns the conversation of a ticket, which is kept up to date from now on. */
  chat(ticketId: number): Chat {
    const known = this.chats.get(ticketId);
    if (known) return known;
    const { api, storage, now } = this.options;
    const chat = new Chat({
      ticketId,
      storage,
      now,
      gateway: {
        messages: api.messages,
        say: api.say,
        upload: api.upload,
        watch: (id, after) => this.watch(id, after),
        unwatch: (id) => this.socket?.emit('unwatch', { ticket_id: id }),
        typing: (id, typing) => this.socket?.emit('typing', { ticket_id: id, typing }),
        read: (id, last) => this.socket?.emit('read', { ticket_id: id, id: last }),
      },
      onMessage: (message) => this.heard(ticketId, message),
    });
    this.chats.set(ticketId, chat);
    void chat.catchUp();
    return chat;
  }

  /** Brings a ticket's conversation onto the screen. */
  open(ticketId: number): Chat {
    this.state.setState({ openId: ticketId });
    this.keepChats();
    return this.chat(ticketId);
  }

  /** The conversation is no longer on the screen. */
  leave(ticketId: number): void {
    if (this.state.getState().openId === ticketId) this.state.setState({ openId: null });
    this.keepChats();
  }

  /** The agent looks at the conversation that is on the screen. */
  seen(): void {
    const { openId, tickets } = this.state.getState();
    const ticket = openId === null ? undefined : tickets.get(openId);
    // Who only watches leaves no trace.
    if (!ticket || !this.isMine(ticket)) return;
    const at = this.chats.get(ticket.id)?.markRead() ?? null;
    if (at !== null) this.readAt.set(ticket.id, at);
    if (ticket.unread > 0) this.put(ticket, this.counted);
  }

  isMine(ticket: Ticket): boolean {
    return ticket.status === 'active' && ticket.agent?.id === this.options.agentId;
  }

  private isTheirs(ticket: Ticket): boolean {
    return ticket.agent === null || ticket.agent.id === this.options.agentId;
  }

  /** Takes over a ticket's state from the answer to a request, if it is one. */
  adopt(answer: unknown): void {
    const ticket = (answer as { ticket?: unknown } | null)?.ticket ?? answer;
    if (isTicket(ticket)) this.changed(ticket, true);
    this.refreshSoon();
  }

  /** Reads the queue anew. */
  async refresh(): Promise<void> {
    if (this.refreshing) {
      this.refreshAgain = true;
      return;
    }
    this.refreshing = true;
    this.refreshedAt = this.options.now();
    this.touched = new Set();
    this.counted = new Set();
    try {
      const queue = await this.options.api.queue();
      // Whoever has signed out meanwhile asks for nothing any more.
      if (this.stopped) return;
      this.show(queue);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The banner tells of a lost connection; the next one reads the queue.
    } finally {
      this.refreshing = false;
    }
    if (this.refreshAgain) {
      this.refreshAgain = false;
      this.refreshSoon();
    }
  }

  private refreshSoon(): void {
    clearTimeout(this.refreshTimer);
    if (this.stopped) return;
    const apart = REFRESH_PAUSE * Math.max(1, this.state.getState().tickets.size / REFRESH_SIZE);
    const pause = Math.max(REFRESH_DELAY, this.refreshedAt + apart - this.options.now());
    this.refreshTimer = setTimeout(() => void this.refresh(), pause);
  }

  // --- The connection ---

  private connected(): void {
    this.state.setState({ connection: 'online' });
    void this.refresh();
    for (const chat of this.chats.values()) void chat.catchUp();
    this.options.onNews({ kind: 'agents' });
    this.options.onNews({ kind: 'queue', reason: null });
    this.options.onNews({ kind: 'connected' });
  }

  private disconnected(): void {
    this.state.setState({ connection: 'offline' });
    for (const chat of this.chats.values()) chat.disconnected();
  }

  private async watch(ticketId: number, after: number): Promise<WatchResult> {
    if (!this.socket || this.state.getState().connection !== 'online') throw new ApiError(0, 'unreachable', '');
    const answer = await this.socket.request('watch', { ticket_id: ticketId, after }).catch(() => {
      throw new ApiError(0, 'unreachable', '');
    });
    const { ok, error, ...watched } = answer as {
      ok?: boolean;
      error?: { code?: string; message?: string };
    } & WatchResult;
    if (ok === true) return watched;
    const code = error?.code ?? 'unavailable';
    throw new ApiError(STATUS[code] ?? 409, code, error?.message ?? '');
  }

  private receive(name: ServerEvent, data: unknown): void {
    const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    const chat = this.chats.get(Number(fields.ticket_id));
    switch (name) {
      case 'queue_changed':
        this.count(fields);
        this.options.onNews({ kind: 'queue', reason: typeof fields.reason === 'string' ? fields.reason : null });
        return this.refreshSoon();
      case 'ticket_changed':
        return isTicket(data) ? this.changed(data) : undefined;
      case 'message':
        return this.received(Number(fields.ticket_id), fields.message as Message);
      case 'user_typing':
        return chat?.showTyping(fields.typing === true);
      case 'read':
        return chat?.noteRead(Number(fields.user_read_id));
      case 'whispered': {
        const ticket = this.state.getState().tickets.get(Number(fields.ticket_id));
        return ticket && this.options.onAlert({ kind: 'whisper', ticket, by: String(fields.by) });
      }
      case 'agents_changed':
        return this.options.onNews({ kind: 'agents' });
      case 'signed_out':
        return this.options.onSignedOut();
    }
  }

  // --- Tickets ---

  private count(told: Record<string, unknown>): void {
    const { counts } = this.state.getState();
    const names = Object.keys(counts) as (keyof Counts)[];
    const fresh = names.map((name) => [name, typeof told[name] === 'number' ? told[name] : counts[name]] as const);
    this.state.setState({ counts: Object.fromEntries(fresh) as unknown as Counts });
  }

  private show(queue: Queue): void {
    const { tickets: before, loaded, openId } = this.state.getState();
    const tickets = new Map<number, Ticket>();
    for (const [id, ticket] of withQueue(before, queue, this.touched, this.counted))
      tickets.set(id, this.withRead(ticket));
    // What is on the screen is told by events even after somebody else has taken it; no queue has it any more.
    const open = openId === null ? undefined : before.get(openId);
    if (open && !tickets.has(open.id) && isOver(open, this.options.agentId)) tickets.set(open.id, open);
    this.state.setState({ tickets, counts: queue.counts, loaded: true });
    if (loaded) for (const ticket of tickets.values()) this.compare(before.get(ticket.id), ticket);
    this.keepChats();
  }

  /** `expected`: the agent did it, and needs no tone to know. */
  private changed(ticket: Ticket, expected = false): void {
    const before = this.state.getState().tickets.get(ticket.id);
    this.put(ticket, this.touched);
    const now = this.state.getState().tickets.get(ticket.id);
    if (now && !expected) this.compare(before, now);
    // A visitor has become a user (docs/support/customers.md).
    if (now && before && now.conversation_id !== before.conversation_id) this.chats.get(ticket.id)?.restart();
    this.keepChats();
    this.options.onNews({ kind: 'ticket', ticket });
  }

  private put(ticket: Ticket, why: Set<number>): void {
    why.add(ticket.id);
    this.state.setState({ tickets: withTicket(this.state.getState().tickets, this.withRead(ticket)) });
  }

  /** What the agent has on the screen is read, whatever the gateway knew when it counted. */
  private withRead(ticket: Ticket): Ticket {
    const readAt = this.readAt.get(ticket.id);
    if (ticket.unread === 0 || readAt === undefined || ticket.last_message === null) return ticket;
    return Date.parse(ticket.last_message.created_at) <= Date.parse(readAt) ? { ...ticket, unread: 0 } : ticket;
  }

  private received(ticketId: number, message: Message): void {
    this.chats.get(ticketId)?.hear([message]);
  }

  private heard(ticketId: number, message: Message): void {
    const ticket = this.state.getState().tickets.get(ticketId);
    if (ticket) {
      const counted = withMessage(ticket, message);
      if (counted !== ticket) {
        this.put(counted, this.counted);
        if (message.author === 'user' && this.isMine(ticket)) this.options.onAlert({ kind: 'message', ticket });
      }
    }
    this.options.onNews({ kind: 'message', ticketId, message });
  }

  /** Tells what has happened to a ticket between two looks at it, if it deserves a tone. */
  private compare(before: Ticket | undefined, now: Ticket): void {
    if (before === now) return;
    const { onAlert } = this.options;
    if (now.status === 'queued' && before?.status !== 'queued') onAlert({ kind: 'waiting', ticket: now });
    if (isLeft(now) && (before === undefined || !isLeft(before))) onAlert({ kind: 'left', ticket: now });
    if (isDue(now, this.options.now()) && this.toldDue.get(now.id) !== now.due_at && this.isTheirs(now)) {
      this.toldDue.set(now.id, now.due_at);
      onAlert({ kind: 'due', ticket: now });
    }
    if (before && this.isMine(before) && now.status === 'active' && !this.isMine(now)) void this.tellTakenAway(now);
    if (!this.isMine(now)) return;
    if (!before || !this.isMine(before)) void this.tellAssigned(now);
    else if (now.unread > before.unread) onAlert({ kind: 'message', ticket: now });
  }

  /**
   * Tells of a ticket that has become the agent's, unless they took it themselves, here or in another window: the events
   * of a claim often come before its answer, so that only the ticket's history knows.
   */
  private async tellAssigned(ticket: Ticket): Promise<void> {
    if (await this.wasDoneHere(ticket)) return;
    const now = this.state.getState().tickets.get(ticket.id);
    if (this.socket && now && this.isMine(now)) this.options.onAlert({ kind: 'assigned', ticket: now });
  }

  /** Tells of a chat that a supervisor has given to somebody else; not of one that the agent has passed on. */
  private async tellTakenAway(ticket: Ticket): Promise<void> {
    if (!(await this.wasDoneHere(ticket)) && this.socket) this.options.onAlert({ kind: 'taken_away', ticket });
  }

  /** Whether the agent gave the ticket the last time, here or in another window. */
  private async wasDoneHere(ticket: Ticket): Promise<boolean> {
    try {
      return takenBy((await this.options.api.ticket(ticket.id)).events) === this.options.agentId;
    } catch (error) {
      // Better told once too often than not at all.
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
  }

  /** Keeps the conversations of the agent's own tickets and of the one on the screen, and lets go of the others. */
  private keepChats(): void {
    const { tickets, openId, loaded } = this.state.getState();
    if (!loaded) return;
    const own = new Set(listsOf(tickets, this.options.agentId).mine.map(({ id }) => id));
    for (const [id, chat] of this.chats) {
      if (own.has(id) || id === openId) continue;
      chat.close();
      this.chats.delete(id);
    }
    for (const id of own) this.chat(id);
  }
}

/** Whether a ticket is in nobody's lists but another agent's. */
function isOver(ticket: Ticket, agentId: number): boolean {
  return ticket.status === 'closed' || (ticket.status === 'active' && ticket.agent?.id !== agentId);
}

function isTicket(value: unknown): value is Ticket {
  const ticket = value as Partial<Ticket> | null;
  return typeof ticket?.id === 'number' && typeof ticket.status === 'string' && typeof ticket.number === 'string';
}
