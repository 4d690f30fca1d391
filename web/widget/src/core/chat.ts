/** One conversation with the gateway: what is said, what waits to be sent, and whether the line holds. */

import type { ChatSocket, ServerEvent, SocketFactory } from './connection.ts';
import type { Gateway } from './gateway.ts';
import { Identity, type User } from './identity.ts';
import { randomId } from './ids.ts';
import { blocksMessages, readNotice, type Notice, type NoticeAnswer } from './notice.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';
import { DEFAULT_LIMITS } from '@uwallet/shared/limits.ts';
import type { Limits } from '@uwallet/shared/protocol.gen.ts';
import {
  START_PAYLOAD,
  readConfirmation,
  readError,
  readMessage,
  type Confirmation,
  type Message,
  type QuickReply,
  type WireError,
} from './protocol.ts';
import { ACKNOWLEDGEMENT_TIMEOUT, Sender } from './sender.ts';
import { storageKey, type Name, type SiteStorage } from './storage.ts';
import { Store } from '@uwallet/shared/store.ts';
import type { PastTicket } from './ticket_list.ts';
import { awaitsHuman, readSupport, type Support } from './support.ts';
import { FeedbackActions } from './feedback.ts';
import { SupportActions } from './support_actions.ts';
import { EMPTY_TRANSCRIPT, hasGap, withMessages } from '@uwallet/shared/transcript.ts';
import { countUnread, isVisible, type Transcript } from './transcript.ts';
import { Uploads, type Upload } from './uploads.ts';
import { Watch } from './watch.ts';
import { fields } from '@uwallet/shared/wire.ts';

/**
 * `idle` before the first connection is asked for; `connecting` until the first answer; `online`; `offline` while the
 * connection is lost and tried again; `refused` when the gateway does not want this client; `closed` when another tab
 * has changed who is signed in.
 */
export type Phase = 'idle' | 'connecting' | 'online' | 'offline' | 'refused' | 'closed';

export interface ChatState {
  phase: Phase;
  refusal: WireError | null;
  transcript: Transcript;
  outbox: readonly OutboxEntry[];
  uploads: readonly Upload[];
  /** Who is writing just now. */
  typing: 'bot' | 'agent' | null;
  /** Human support; null if the gateway has none. */
  support: Support | null;
  /** The notice on stored chats; null where the site wants none. */
  notice: Notice | null;
  hasEarlier: boolean;
  loadingEarlier: boolean;
  limits: Limits;
  /** Id of the last message that the user has seen. */
  readId: number;
  /** Id of the first message that came while the user was away; 0 if none did. */
  newFrom: number;
  /** Id of the first message since the user began anew; 0 if they never did. */
  freshFrom: number;
  /** Counts up when somebody else's conversation begins: nothing that was typed before is theirs. */
  era: number;
  /** Counts up when another tab has skipped a rating, or begun one. */
  ratingChanges: number;
}

export interface ChatOptions {
  site: string;
  storage: SiteStorage;
  gateway: Gateway;
  connect: SocketFactory;
  now?: () => number;
  newId?: () => string;
  /** Of the window. */
  language?: () => string;
  /** Tells of each message of somebody else that has just come, history excluded. */
  onMessage?: (message: Message) => void;
}

/** How long to wait for a message that is missing in between before asking for it. Milliseconds. */
const GAP_PATIENCE = 1_000;

/** Longer than any answer takes, and than a human types without it being told again. Milliseconds. */
const TYPING_LIFETIME = { bot: 30_000, agent: 10_000 };

/** Messages that are fetched at a time when the user looks further back. */
const PAGE = 50;

/** As many as the gateway tells at once. */
const WHOLE_PAGE = 200;

/** A refused token is forgotten and a new one asked for, but not forever. */
const MAX_RENEWALS = 3;

/** Refusals that come of how the site embeds the widget. */
const SITE_FAULTS: readonly string[] = ['site_unknown', 'origin_not_allowed', 'identity_required', 'identity_wrong'];

const FROM_THE_START = { readId: 0, newFrom: 0, freshFrom: 0, hasEarlier: false } as const;

const CLEAN = {
  ...FROM_THE_START,
  transcript: EMPTY_TRANSCRIPT,
  outbox: [],
  typing: null,
  support: null,
  notice: null,
  loadingEarlier: false,
} as const;

/** The conversation. Methods return at once; what comes of them shows in `state`. */
export class Chat {
  readonly state: Store<ChatState>;
  readonly support: SupportActions;
  readonly feedback: FeedbackActions;
  private readonly identity: Identity;
  private readonly outbox: Outbox;
  private readonly uploads: Uploads;
  private readonly sender: Sender;
  private readonly watch: Watch;
  private readonly storage: SiteStorage;
  private readonly now: () => number;
  private readonly newId: () => string;
  private socket: ChatSocket | null = null;
  private context: Record<string, unknown> | null = null;
  private renewals = 0;
  /** Nothing has been said yet in this conversation. */
  private isNew = false;
  /** What is unread now came while they were away. */
  private isBack = false;
  /** The token that the session was last asked for with. */
  private askedWith: string | null = null;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private confirmTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ChatOptions) {
    this.storage = options.storage;
    this.now = options.now ?? Date.now;
    this.newId = options.newId ?? randomId;
    this.identity = new Identity(this.storage);
    this.outbox = new Outbox(this.storage, this.now);
    this.state = new Store<ChatState>({
      ...CLEAN,
      phase: 'idle',
      refusal: null,
      outbox: this.outbox.entries(),
      uploads: [],
      era: 0,
      ratingChanges: 0,
      limits: DEFAULT_LIMITS,
      readId: Number(this.storage.read('read')) || 0,
      freshFrom: Number(this.storage.read('fresh')) || 0,
    });
    this.uploads = new Uploads(
      options.gateway,
      (uploads) => this.state.set({ uploads }),
      ({ client_id, caption }, attachment_id) => this.enqueue('text', caption, caption, { attachment_id, client_id }),
    );
    const line = (): ChatSocket | null => (this.state.get().phase === 'online' ? this.socket : null);
    this.sender = new Sender({
      outbox: this.outbox,
      line: () => (blocksMessages(this.state.get().notice) ? null : line()),
      onDelivered: (message) => {
        if (message) this.merge([message]);
        this.watch.heard();
      },
      onChange: () => this.showOutbox(),
      onBadToken: () => this.renew(),
      // Asked for anew since, or withdrawn elsewhere: the session tells.
      onConsentRequired: () => this.requestSession(),
    });
    this.watch = new Watch({ line, isOwed: () => this.isOwed() });
    this.feedback = new FeedbackActions({ line, onChange: (message) => this.merge([message]) });
    this.support = new SupportActions({
      line,
      support: () => this.state.get().support,
      onChange: (support) => this.adoptSupport(support),
      now: this.now,
    });
  }

  /** Connects, unless that is under way. */
  start(): void {
    if (this.socket) return;
    this.renewals = 0;
    this.state.set({ phase: 'connecting', refusal: null });
    const current = (): boolean => this.socket === socket;
    const socket = this.options.connect({
      onConnect: () => current() && this.requestSession(),
      onDisconnect: () => current() && this.loseConnection(),
      onRefused: (error) => current() && this.refuse(error),
      onEvent: (name, data) => {
        if (!current()) return;
        this.receive(name, data);
        this.watch.heard();
      },
    });
    this.socket = socket;
  }

  /** Disconnects and starts again, with what the storage holds now. */
  restart(): void {
    this.stop();
    this.start();
  }

  stop(): void {
    for (const timer of [this.gapTimer, this.typingTimer, this.confirmTimer]) clearTimeout(timer);
    this.sender.stop();
    this.watch.stop();
    this.support.forget();
    this.socket?.close();
    this.socket = null;
  }

  /**
   * Tries at once what would be tried later: the network is back, or the user has come back. `slept` says that they were away
   * for long: a phone may have dropped the connection without telling.
   */
  wake(slept = false): void {
    const { phase } = this.state.get();
    if (phase === 'offline') this.socket?.reconnect();
    else if (phase === 'online' && slept) this.requestSession();
  }

  /** Tells agents where the user is; the page says it before there is a session, or again. */
  setContext(context: Record<string, unknown>): void {
    this.context = context;
    this.tellContext();
  }

  private tellContext(): void {
    if (this.context && this.state.get().phase === 'online') this.socket?.emit('context', this.context);
  }

  /** Sends what the user typed. */
  sendText(text: string): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    this.enqueue('text', trimmed, trimmed);
    this.passNotice();
  }

  /** Presses a button that the bot offered. */
  press({ title, payload, offered_by }: QuickReply): void {
    if (payload === '') this.sendText(title);
    else {
      this.enqueue('payload', payload, title, { offered_by });
      this.passNotice();
    }
  }

  /** Uploads a picture and sends it, with what the user says of it. */
  sendImage(file: Blob, name: string, caption = ''): void {
    this.uploads.add({ client_id: this.newId(), file, name, caption: caption.trim() });
    this.state.set({ newFrom: 0 });
    this.upload();
  }

  /** Begins anew for the user: the bot puts aside what it was at, and what was said before is folded away. */
  startOver(words: string): void {
    const from = this.state.get().transcript.completeTo + 1;
    this.storage.write('fresh', String(from));
    this.state.set({ freshFrom: from });
    this.sendText(words);
  }

  /** Returns the whole conversation. Throws GatewayError. */
  async history(): Promise<readonly Message[]> {
    const access = this.identity.access;
    if (!access) return [];
    const history: Message[] = [];
    for (;;) {
      const { messages, has_more } = await this.options.gateway.messages(access, history.at(-1)?.id ?? 0, WHOLE_PAGE);
      history.push(...messages);
      if (!has_more || messages.length === 0) return history;
    }
  }

  /** Returns the user's requests for a human, newest first. Throws GatewayError. */
  async tickets(): Promise<readonly PastTicket[]> {
    const access = this.identity.access;
    return access ? this.options.gateway.tickets(access) : [];
  }

  /** Sends again what has failed, after everything else that waits. */
  retry(client_id: string): void {
    if (this.uploads.retry(client_id)) return this.upload();
    const entry = this.outbox.entries().find((candidate) => candidate.client_id === client_id);
    if (!entry) return;
    this.outbox.add({ ...entry, state: 'waiting', error: '', created_at: this.now() });
    this.showOutbox();
    void this.sender.flush();
  }

  /** Gives up what has failed; returns its text. */
  discard(client_id: string): string {
    this.uploads.remove(client_id);
    const entry = this.outbox.entries().find((candidate) => candidate.client_id === client_id);
    this.outbox.remove([client_id]);
    this.showOutbox();
    return entry?.kind === 'text' ? entry.message : '';
  }

  /** The user looks again, after the window was closed or the page hidden. */
  comeBack(): void {
    this.isBack = true;
  }

  /** Notes that the user has seen all there is. */
  markRead(): void {
    const { transcript, readId } = this.state.get();
    const last = transcript.messages.at(-1)?.id ?? 0;
    this.support.seen(last, transcript);
    const isBack = this.isBack && last > 0;
    if (isBack) this.isBack = false;
    if (last <= readId) return;
    this.storage.write('read', String(last));
    const missed = transcript.messages.find(({ id, author }) => id > readId && author !== 'user')?.id ?? 0;
    this.state.set({ readId: last, ...(isBack && readId > 0 ? { newFrom: missed } : {}) });
  }

  get unread(): number {
    const { transcript, readId } = this.state.get();
    return countUnread(transcript, readId);
  }

  /** The site vouches for its user. Another one than before begins afresh, over a connection of its own. */
  setUser(user: User): void {
    const { id, hash, attributes } = this.identity.user ?? {};
    const same = id === user.id && hash === user.hash && attributes === user.attributes;
    if (this.identity.adopt(user)) this.clear();
    const { phase } = this.state.get();
    if ((this.socket && !same) || phase === 'refused' || phase === 'closed') this.restart();
  }

  /** Ends the session, and forgets the user and the conversation, as after signing out. */
  reset(): void {
    this.options.gateway.endSession(this.identity.token);
    this.identity.user = null;
    this.identity.forget();
    this.clear();
    // A user who was refused has no connection; a visitor is welcome.
    if (this.socket || this.state.get().phase === 'refused') this.restart();
  }

  /** Takes note of what another tab has stored. */
  onStorageChanged(key: string | null): void {
    const is = (name: Name): boolean => key === storageKey(this.options.site, name);
    if (is('outbox')) this.showOutbox();
    if (is('read')) this.state.set({ readId: Number(this.storage.read('read')) || 0 });
    if (is('rating_draft')) this.state.set({ ratingChanges: this.state.get().ratingChanges + 1 });
    if (is('user') && this.socket) this.closeForAnotherUser();
  }

  /** Fetches what was said before the first message that is shown. */
  async loadEarlier(): Promise<void> {
    const { transcript, hasEarlier, loadingEarlier } = this.state.get();
    const first = transcript.messages[0];
    const access = this.identity.access;
    if (!first || !access || !hasEarlier || loadingEarlier) return;
    this.state.set({ loadingEarlier: true });
    try {
      const after = Math.max(0, first.id - 1 - PAGE);
      const { messages } = await this.options.gateway.messages(access, after, first.id - 1 - after);
      if (access.token !== this.identity.token) return;
      const older = messages.filter(({ id }) => id < first.id);
      this.state.set({ hasEarlier: older.length > 0 && after > 0 });
      this.merge(older);
    } catch {
      // The button stays; the user can press it again.
    } finally {
      this.state.set({ loadingEarlier: false });
    }
  }

  /** Fetches a message again, for the fresh address of its attachment. */
  async refresh(id: number): Promise<void> {
    const access = this.identity.access;
    if (!access) return;
    const { messages } = await this.options.gateway.messages(access, id - 1, 1).catch(() => ({ messages: [] }));
    if (access.token === this.identity.token) this.merge(messages);
  }

  /** Tells the gateway what the user did with the notice; returns whether it is noted there. */
  async answerNotice(answer: NoticeAnswer): Promise<boolean> {
    const { notice, phase } = this.state.get();
    const socket = phase === 'online' ? this.socket : null;
    if (!notice || !socket) return false;
    let told: Record<string, unknown>;
    try {
      told = fields(
        await socket.request('answer_notice', { version: notice.version, answer }, ACKNOWLEDGEMENT_TIMEOUT),
      );
    } catch {
      return false;
    }
    if (this.socket !== socket) return false;
    const answered = readNotice(told.notice);
    // The deployment has another notice by now.
    if (fields(told.error).code === 'conflict') this.requestSession();
    if (told.ok !== true || !answered) return false;
    this.state.set({ notice: answered });
    if (!blocksMessages(answered)) this.begin();
    return true;
  }

  /** Who writes below the notice has seen it. */
  private passNotice(): void {
    const { notice } = this.state.get();
    if (notice?.mode === 'shown' && notice.answer === null) void this.answerNotice('shown');
  }

  // --- The session ---

  private requestSession(): void {
    const { transcript } = this.state.get();
    const { token, tokenToShow, user } = this.identity;
    this.socket?.emit('session_request', {
      ...(tokenToShow ? { session_id: tokenToShow } : {}),
      // Null asks for the newest messages.
      last_id: transcript.completeTo || null,
      ...(user ? { user } : {}),
      // The characters to begin with.
      lang: this.options.language?.(),
    });
    this.askedWith = token;
    clearTimeout(this.confirmTimer);
    this.confirmTimer = setTimeout(() => this.socket?.reconnect(), ACKNOWLEDGEMENT_TIMEOUT);
  }

  private confirm(confirmation: Confirmation): void {
    clearTimeout(this.confirmTimer);
    const stored = this.identity.token;
    if (this.askedWith === null && stored !== null && stored !== confirmation.token) {
      // Another tab began a conversation in the same moment: both continue that one.
      return this.requestSession();
    }
    if (this.identity.confirm(confirmation.token, confirmation.identity)) this.clear();
    const known = this.state.get().transcript;
    if (confirmation.last_id < known.completeTo) {
      // Not the conversation that is shown.
      this.state.set({ transcript: EMPTY_TRANSCRIPT, ...FROM_THE_START });
      return this.requestSession();
    }
    this.merge(confirmation.messages);
    const { transcript } = this.state.get();
    if (known.messages.length === 0) this.state.set({ hasEarlier: (transcript.messages[0]?.id ?? 1) > 1 });
    // A new line: what was told over the one before may not have arrived.
    this.support.forget();
    this.state.set({
      phase: 'online',
      refusal: null,
      limits: confirmation.limits,
      notice: confirmation.notice,
      typing: null,
    });
    this.adoptSupport(confirmation.support);
    this.tellContext();
    if (confirmation.has_more && known.messages.length > 0 && confirmation.messages.length > 0) {
      return this.requestSession();
    }
    this.renewals = 0;
    this.isNew = confirmation.last_id === 0;
    if (!blocksMessages(confirmation.notice)) this.begin();
  }

  /** Sends what waits, and asks for a greeting where nothing was said yet. */
  private begin(): void {
    // Who has asked something already, before there was a line, is answered and not greeted.
    if (this.isNew && this.outbox.entries().length === 0) {
      // Always the same id, so that several tabs are greeted once.
      this.enqueue('payload', START_PAYLOAD, '', { client_id: 'session_start' });
    }
    this.upload();
    void this.sender.flush();
  }

  private refuse(error: WireError): void {
    clearTimeout(this.confirmTimer);
    if (error.code === 'bad_token' && this.renew()) return;
    // eslint-disable-next-line no-console -- the developer of the site can mend these, the user cannot
    if (SITE_FAULTS.includes(error.code)) console.warn(`uwallet-chat: ${error.code} (site "${this.options.site}")`);
    this.stop();
    this.state.set({ phase: 'refused', refusal: error, typing: null });
  }

  /** Asks for a session without the token that was refused; returns whether it is worth another attempt. */
  private renew(): boolean {
    if (this.renewals >= MAX_RENEWALS) return false;
    this.renewals += 1;
    this.identity.token = null;
    this.state.set({ phase: 'connecting', transcript: EMPTY_TRANSCRIPT, ...FROM_THE_START });
    for (const name of ['read', 'fresh'] as const) this.storage.write(name, null);
    this.requestSession();
    return true;
  }

  private loseConnection(): void {
    clearTimeout(this.confirmTimer);
    this.watch.stop();
    this.state.set({ phase: 'offline', typing: null });
  }

  private receive(name: ServerEvent, data: unknown): void {
    switch (name) {
      case 'session_confirm': {
        const confirmation = readConfirmation(data);
        if (confirmation) this.confirm(confirmation);
        return;
      }
      case 'session_error':
        return this.refuse(readError(data));
      case 'message': {
        const message = readMessage(data);
        if (message) this.hear(message);
        return;
      }
      case 'bot_typing':
        return this.showTyping(readTyping(data));
      case 'support_changed':
        return this.adoptSupport(readSupport(data));
      case 'session_closed':
        return this.endSession(fields(data).reason);
    }
  }

  private endSession(reason: unknown): void {
    // Here or in another tab: who comes back is to be told by the page.
    if (reason === 'identity_changed' || reason === 'signed_out') return this.closeForAnotherUser();
    this.identity.token = null;
    this.clear();
    this.restart();
  }

  /** What is on the screen belongs to somebody else from now on. */
  private closeForAnotherUser(): void {
    this.stop();
    this.identity.user = null;
    this.clear();
    this.state.set({ phase: 'closed' });
  }

  private clear(): void {
    this.uploads.clear();
    this.state.set({ ...CLEAN, outbox: this.outbox.entries(), era: this.state.get().era + 1 });
  }

  // --- Messages ---

  private hear(message: Message): void {
    const isNew = message.id > this.state.get().transcript.completeTo;
    const ofTypist = this.state.get().typing === 'agent' ? message.author === 'agent' : message.author !== 'user';
    if (ofTypist) this.showTyping(null);
    this.merge([message]);
    if (isNew && message.author !== 'user' && isVisible(message)) this.options.onMessage?.(message);
  }

  private merge(messages: readonly Message[]): void {
    const arrived = new Set(messages.map(({ client_id }) => client_id).filter((id) => id !== null));
    this.outbox.remove(arrived);
    this.uploads.sent(arrived);
    this.state.set({ transcript: withMessages(this.state.get().transcript, messages) });
    this.showOutbox();
    clearTimeout(this.gapTimer);
    if (hasGap(this.state.get().transcript)) {
      this.gapTimer = setTimeout(() => this.state.get().phase === 'online' && this.requestSession(), GAP_PATIENCE);
    }
  }

  private showTyping(typing: ChatState['typing']): void {
    clearTimeout(this.typingTimer);
    this.state.set({ typing });
    if (typing) this.typingTimer = setTimeout(() => this.state.set({ typing: null }), TYPING_LIFETIME[typing]);
  }

  private adoptSupport(support: Support | null): void {
    this.state.set({ support });
    this.storage.write('human', awaitsHuman(support) ? '1' : null);
    const { typing } = this.state.get();
    const agentSpeaks = support?.owner === 'agent';
    // Who typed for the one who spoke before types for nobody.
    if (!agentSpeaks) this.support.stopTyping();
    if (typing !== null && (typing === 'agent') !== agentSpeaks) this.showTyping(null);
  }

  // --- Sending ---

  private enqueue(
    kind: OutboxEntry['kind'],
    message: string,
    shown: string,
    more: Partial<Pick<OutboxEntry, 'attachment_id' | 'client_id' | 'offered_by'>> = {},
  ): void {
    this.outbox.add({
      client_id: this.newId(),
      kind,
      message,
      shown,
      attachment_id: null,
      offered_by: null,
      ...more,
      created_at: this.now(),
      state: 'waiting',
      error: '',
      retryable: true,
    });
    // Who writes has seen what was new.
    this.state.set({ newFrom: 0 });
    this.showOutbox();
    void this.sender.flush();
    this.watch.begin();
  }

  /** Whether what was sent is not acknowledged yet, or not answered by the bot; agents take their time. */
  private isOwed(): boolean {
    const { outbox, notice, support, transcript } = this.state.get();
    if (blocksMessages(notice)) return false;
    const next = outbox.find(({ state }) => state === 'waiting');
    // One with an error waits for as long as the gateway has asked for.
    if (next) return next.error === '';
    return transcript.messages.at(-1)?.author === 'user' && (support === null || support.owner === 'bot');
  }

  private showOutbox(): void {
    const entries = this.outbox.entries();
    if (JSON.stringify(entries) !== JSON.stringify(this.state.get().outbox)) this.state.set({ outbox: entries });
  }

  private upload(): void {
    const { access } = this.identity;
    if (access && this.state.get().phase === 'online') void this.uploads.run(access);
  }
}

function readTyping(data: unknown): ChatState['typing'] {
  const { typing, author } = fields(data);
  if (typing !== true) return null;
  return author === 'agent' ? 'agent' : 'bot';
}
