/** The mock server as widgets meet it: docs/protocol.md with a scripted bot. It misbehaves on demand. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MessageView, SessionConfirmation } from '@uwallet/shared/protocol.gen.ts';
import type { Socket } from 'socket.io';
import { MockServer, readBody } from '../../shared/tests/mock_server.ts';
import { checkModel } from '../../shared/tests/payloads.ts';
import { MockSupport, NO_SUPPORT, type AgentAction } from './mock_support.ts';

export type WireMessage = MessageView;

export type Reply = Partial<Pick<WireMessage, 'author' | 'text' | 'buttons' | 'metadata' | 'attachment'>>;

export interface Conversation {
  token: string;
  user: string | null;
  messages: WireMessage[];
  offered: Set<string>;
}

interface Uttered {
  message?: string;
  client_id?: string;
  kind?: string;
  attachment_id?: string;
}

const LIMITS = {
  max_length: 500,
  attachment_bytes: 1024 * 1024,
  attachment_types: ['image/png', 'image/jpeg', 'image/webp'],
};

const QUESTIONS = [
  '忘记密码怎么办',
  '怎么找回登录密码',
  '支付失败是什么原因',
  '支付失败，钱会退回来吗',
  '支付密码和登录密码是同一个吗',
  '怎么注销账户',
  '怎么申诉一笔交易',
];
const HOT_QUESTIONS = QUESTIONS.filter((_, index) => index % 2 === 0);

/** Returns the answer to a message; `payload` is null for typed text. */
export type Bot = (text: string, payload: string | null) => Reply[];

export class MockGateway extends MockServer {
  readonly conversations = new Map<string, Conversation>();
  readonly received: Uttered[] = [];
  readonly uploads = new Map<string, { type: string; bytes: Buffer }>();
  readonly sessionRequests: Record<string, unknown>[] = [];
  /** Called before a message is acknowledged; what it returns instead of undefined is the acknowledgement. */
  intercept: ((uttered: Uttered) => unknown) | null = null;
  /** Drops the acknowledgement, although the message is stored. */
  swallowAcknowledgements = 0;
  /** Milliseconds that the bot "types". */
  thinking = 0;
  /** What `session_request` is refused with. */
  refusal: { code: string; message: string } | null = null;
  /** Human support; null makes it a gateway without. */
  support: MockSupport | null = new MockSupport({
    say: (token, reply) => void this.say(token, reply),
    tell: (token, name, data) => this.tell(token, name, data),
    lastId: (token) => this.conversation(token).messages.length,
  });
  private tokens = 0;

  private constructor(private readonly bot: Bot) {
    super('WidgetEvents');
    this.attach();
  }

  static async start(bot: Bot, port = 0): Promise<MockGateway> {
    return new MockGateway(bot).listen(port);
  }

  get base(): string {
    return `${this.origin}/`;
  }

  protected get sockets(): Iterable<Socket> {
    return this.io.sockets.sockets.values();
  }

  /** Writes into a conversation without being asked, as an agent does. */
  say(token: string, reply: Reply, deliver = true): WireMessage {
    const conversation = this.conversation(token);
    const message = this.store(conversation, { author: 'bot', ...reply });
    if (deliver) this.tell(token, 'message', message);
    return message;
  }

  private tell(token: string, name: string, data: unknown): void {
    this.tellTo(this.io.to(token), name, data);
  }

  closeSession(token: string, reason: string): void {
    this.tell(token, 'session_closed', { reason });
  }

  conversation(token: string): Conversation {
    const conversation = this.conversations.get(token);
    if (!conversation) throw new Error(`no conversation ${token}`);
    return conversation;
  }

  private attach(): void {
    this.io.on('connection', (socket) => {
      socket.on('session_request', (data: Record<string, unknown>) => this.openSession(socket, data));
      socket.on('user_uttered', (data: Uttered, acknowledge?: (answer: unknown) => void) =>
        this.hear(socket, data, acknowledge ?? (() => undefined)),
      );
      // As any event that asks for it and is known.
      socket.on('typing', (_data: unknown, acknowledge?: () => void) => acknowledge?.());
      this.support?.listen(socket, () => this.tokenOf(socket));
    });
  }

  private openSession(socket: Socket, data: Record<string, unknown>): void {
    this.sessionRequests.push(data);
    if (this.refusal) return this.tellTo(socket, 'session_error', this.refusal);
    const token = typeof data.session_id === 'string' ? data.session_id : null;
    const user = (data.user as { id?: string; hash?: string } | undefined) ?? null;
    if (user && user.hash !== `hash-of-${user.id}`) {
      return this.tellTo(socket, 'session_error', { code: 'identity_wrong', message: '身份信息不对' });
    }
    if (token !== null && !this.conversations.has(token)) {
      return this.tellTo(socket, 'session_error', { code: 'bad_token', message: '会话已失效' });
    }
    const conversation = this.find(token, user?.id ?? null);
    for (const room of socket.rooms) if (room !== socket.id) void socket.leave(room);
    void socket.join(conversation.token);
    const last_id = typeof data.last_id === 'number' ? data.last_id : null;
    const { messages } = conversation;
    const page = last_id === null ? messages.slice(-50) : messages.filter(({ id }) => id > last_id).slice(0, 50);
    const confirmation: SessionConfirmation = {
      session_id: conversation.token,
      identity: conversation.user === null ? 'visitor' : 'user',
      last_id: messages.at(-1)?.id ?? 0,
      messages: page,
      has_more:
        last_id === null
          ? messages.length > 50
          : (page.at(-1)?.id ?? 0) < (messages.at(-1)?.id ?? 0) && page.length > 0,
      limits: LIMITS,
      support: this.support?.state(conversation.token) ?? NO_SUPPORT,
      notice: null,
    };
    this.tellTo(socket, 'session_confirm', confirmation);
  }

  private tokenOf(socket: Socket): string | undefined {
    return [...socket.rooms].find((room) => this.conversations.has(room));
  }

  private find(token: string | null, user: string | null): Conversation {
    const ofUser = user === null ? undefined : [...this.conversations.values()].find((one) => one.user === user);
    const existing = ofUser ?? (user === null && token !== null ? this.conversations.get(token) : undefined);
    if (existing) return existing;
    this.tokens += 1;
    const conversation: Conversation = {
      token: `token-${this.tokens}`,
      user,
      messages: [],
      offered: new Set(['/session_start']),
    };
    this.conversations.set(conversation.token, conversation);
    return conversation;
  }

  private hear(socket: Socket, uttered: Uttered, acknowledge: (answer: unknown) => void): void {
    this.received.push(uttered);
    const intercepted = this.intercept?.(uttered);
    if (intercepted !== undefined) return acknowledge(intercepted);
    const token = this.tokenOf(socket);
    if (token === undefined) {
      return acknowledge({ ok: false, error: { code: 'bad_token', message: '会话已失效' } });
    }
    const conversation = this.conversation(token);
    const again = conversation.messages.find(({ client_id }) => client_id !== null && client_id === uttered.client_id);
    if (again) return acknowledge({ ok: true, message: again });
    const payload = uttered.kind === 'payload' ? (uttered.message ?? '') : null;
    if (payload !== null && !conversation.offered.has(payload)) {
      return acknowledge({ ok: false, error: { code: 'payload_not_offered', message: '这个选项已经过期了' } });
    }
    const title = conversation.messages.flatMap(({ buttons }) => buttons).find((button) => button.payload === payload);
    const upload = uttered.attachment_id === undefined ? undefined : this.uploads.get(uttered.attachment_id);
    const message = this.store(conversation, {
      author: 'user',
      text: payload === null ? (uttered.message ?? '') : (title?.title ?? ''),
      client_id: uttered.client_id ?? null,
      attachment: upload
        ? {
            id: uttered.attachment_id ?? '',
            url: `/api/v1/attachments/${uttered.attachment_id}?signature=1`,
            content_type: upload.type,
            width: 64,
            height: 48,
            size: upload.bytes.length,
          }
        : null,
    });
    if (this.swallowAcknowledgements > 0) this.swallowAcknowledgements -= 1;
    else acknowledge({ ok: true, message });
    this.tellTo(socket.to(token), 'message', message);
    if (this.support?.hear(token) || (payload !== null && this.support?.press(token, payload))) return;
    this.tell(token, 'bot_typing', { typing: true });
    const answer = (): void => {
      for (const reply of this.bot(message.text, payload)) {
        const stored = this.store(conversation, { author: 'bot', ...reply, in_reply_to: message.id });
        this.tell(token, 'message', stored);
        if (reply.metadata?.handoff) this.support?.handOff(token);
      }
      this.tell(token, 'bot_typing', { typing: false });
    };
    if (this.thinking > 0) setTimeout(answer, this.thinking);
    else answer();
  }

  private store(conversation: Conversation, fields: Partial<WireMessage>): WireMessage {
    const message: WireMessage = {
      id: conversation.messages.length + 1,
      author: 'bot',
      text: '',
      buttons: [],
      attachment: null,
      metadata: {},
      created_at: new Date().toISOString(),
      in_reply_to: null,
      client_id: null,
      ...fields,
    };
    for (const { payload } of message.buttons) conversation.offered.add(payload);
    conversation.messages.push(message);
    this.check(() => checkModel('MessageView', message));
    return message;
  }

  protected async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const conversation = this.conversations.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (url.pathname === '/api/v1/messages') {
      if (!conversation) return this.send(response, 401, 'ErrorView', { code: 'bad_token', message: '会话已失效' });
      const after = Number(url.searchParams.get('after'));
      const limit = Number(url.searchParams.get('limit'));
      const found = conversation.messages.filter(({ id }) => id > after);
      return this.send(response, 200, 'MessagePage', {
        messages: found.slice(0, limit),
        has_more: found.length > limit,
      });
    }
    if (url.pathname === '/api/v1/attachments' && request.method === 'POST') {
      if (!conversation) return this.send(response, 401, 'ErrorView', { code: 'bad_token', message: '会话已失效' });
      return this.send(response, ...(await this.takeUpload(request)));
    }
    if (url.pathname === '/api/v1/support/tickets') {
      return this.send(response, 200, 'TicketsOfUser', { tickets: [] });
    }
    if (url.pathname === '/api/v1/questions') {
      const questions = HOT_QUESTIONS.map((text, index) => ({ text, topic: 'any', at_welcome: index < 3 }));
      return this.send(response, 200, 'HotQuestionsView', { questions });
    }
    if (url.pathname === '/api/v1/associate') {
      const typed = url.searchParams.get('q') ?? '';
      return this.sendQuestions(
        response,
        QUESTIONS.filter((question) => question.includes(typed)),
      );
    }
    if (url.pathname === '/mock/agent' && request.method === 'POST') {
      const token = [...this.conversations.keys()].at(-1);
      const command = JSON.parse((await readBody(request)).toString()) as AgentAction;
      if (token !== undefined) this.support?.act(token, command);
      return this.send(response, 200, null, token === undefined ? null : this.support?.state(token));
    }
    const image = this.uploads.get(url.pathname.replace('/api/v1/attachments/', ''));
    if (image) return void response.writeHead(200, { 'Content-Type': image.type }).end(image.bytes);
    await this.serveBuilt(url.pathname === '/' ? '/demo' : url.pathname, response);
  }

  private sendQuestions(response: ServerResponse, questions: readonly string[]): void {
    this.send(response, 200, 'QuestionsView', {
      questions: questions.slice(0, 5).map((text) => ({ text, topic: 'mock' })),
      enabled: true,
    });
  }

  private async takeUpload(request: IncomingMessage): Promise<[number, string, unknown]> {
    const body = await readBody(request);
    const type = /Content-Type: (\S+)/i.exec(body.toString('latin1'))?.[1] ?? '';
    const start = body.indexOf('\r\n\r\n') + 4;
    const bytes = body.subarray(start, body.lastIndexOf('\r\n--'));
    if (!LIMITS.attachment_types.includes(type))
      return [422, 'ErrorView', { code: 'attachment_type', message: '请发送图片' }];
    const id = `image-${this.uploads.size + 1}`;
    this.uploads.set(id, { type, bytes });
    return [
      201,
      'AttachmentView',
      { id, url: `/api/v1/attachments/${id}`, content_type: type, width: 64, height: 48, size: bytes.length },
    ];
  }
}
