/**
 * A gateway for tests: docs/protocol.md with a scripted bot, in memory. It misbehaves on demand. Serves what the build has
 * made, too, so that a browser can be pointed at it.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Server as SocketServer, type Socket } from 'socket.io';
import { MockSupport, type AgentAction } from './mock_support.ts';

export interface WireMessage {
  id: number;
  author: 'user' | 'bot' | 'agent' | 'system';
  text: string;
  buttons: { title: string; payload: string }[];
  attachment: { id: string; url: string; content_type: string; width: number; height: number; size: number } | null;
  metadata: Record<string, unknown>;
  created_at: string;
  in_reply_to: number | null;
  client_id: string | null;
}

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

const DIST = path.resolve(import.meta.dirname, '../../dist');

/** Returns the answer to a message; `payload` is null for typed text. */
export type Bot = (text: string, payload: string | null) => Reply[];

export class MockGateway {
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
    tell: (token, name, data) => void this.io.to(token).emit(name, data),
    lastId: (token) => this.conversation(token).messages.length,
  });
  private readonly http: Server;
  private io: SocketServer;
  private tokens = 0;

  private constructor(private readonly bot: Bot) {
    this.http = createServer((request, response) => void this.serve(request, response));
    this.io = this.attach();
  }

  static async start(bot: Bot, port = 0): Promise<MockGateway> {
    const gateway = new MockGateway(bot);
    await new Promise<void>((resolve) => gateway.http.listen(port, '127.0.0.1', resolve));
    return gateway;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    await this.io.close();
  }

  /** Cuts all connections, as a network does. */
  cut(): void {
    for (const socket of this.io.sockets.sockets.values()) socket.conn.close();
  }

  /** Writes into a conversation without being asked, as an agent does. */
  say(token: string, reply: Reply, deliver = true): WireMessage {
    const conversation = this.conversation(token);
    const message = this.store(conversation, { author: 'bot', ...reply });
    if (deliver && message.author === 'user') this.io.to(token).emit('user_message', message);
    else if (deliver) this.io.to(token).emit('bot_uttered', botUttered(message));
    return message;
  }

  closeSession(token: string, reason: string): void {
    this.io.to(token).emit('session_closed', { reason });
  }

  conversation(token: string): Conversation {
    const conversation = this.conversations.get(token);
    if (!conversation) throw new Error(`no conversation ${token}`);
    return conversation;
  }

  private attach(): SocketServer {
    const io = new SocketServer(this.http, { cors: { origin: true } });
    io.on('connection', (socket) => {
      socket.on('session_request', (data: Record<string, unknown>) => this.openSession(socket, data));
      socket.on('user_uttered', (data: Uttered, acknowledge?: (answer: unknown) => void) =>
        this.hear(socket, data, acknowledge ?? (() => undefined)),
      );
      this.support?.listen(socket, () => this.tokenOf(socket));
    });
    return io;
  }

  private openSession(socket: Socket, data: Record<string, unknown>): void {
    this.sessionRequests.push(data);
    if (this.refusal) return void socket.emit('session_error', this.refusal);
    const token = typeof data.session_id === 'string' ? data.session_id : null;
    const user = (data.user as { id?: string; hash?: string } | undefined) ?? null;
    if (user && user.hash !== `hash-of-${user.id}`) {
      return void socket.emit('session_error', { code: 'identity_wrong', message: '身份信息不对' });
    }
    if (token !== null && !this.conversations.has(token)) {
      return void socket.emit('session_error', { code: 'bad_token', message: '会话已失效' });
    }
    const conversation = this.find(token, user?.id ?? null);
    for (const room of socket.rooms) if (room !== socket.id) void socket.leave(room);
    void socket.join(conversation.token);
    const last_id = typeof data.last_id === 'number' ? data.last_id : null;
    const { messages } = conversation;
    const page = last_id === null ? messages.slice(-50) : messages.filter(({ id }) => id > last_id).slice(0, 50);
    socket.emit('session_confirm', {
      session_id: conversation.token,
      identity: conversation.user === null ? 'visitor' : 'user',
      last_id: messages.at(-1)?.id ?? 0,
      messages: page,
      has_more:
        last_id === null
          ? messages.length > 50
          : (page.at(-1)?.id ?? 0) < (messages.at(-1)?.id ?? 0) && page.length > 0,
      limits: LIMITS,
      ...(this.support ? { support: this.support.state(conversation.token) } : {}),
    });
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
    socket.to(token).emit('user_message', message);
    if (this.support?.hear(token) || (payload !== null && this.support?.press(token, payload))) return;
    this.io.to(token).emit('bot_typing', { typing: true });
    const answer = (): void => {
      for (const reply of this.bot(message.text, payload)) {
        const stored = this.store(conversation, { author: 'bot', ...reply, in_reply_to: message.id });
        this.io.to(token).emit('bot_uttered', botUttered(stored));
        if (reply.metadata?.handoff) this.support?.handOff(token);
      }
      this.io.to(token).emit('bot_typing', { typing: false });
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
    return message;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const conversation = this.conversations.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (url.pathname === '/api/v1/messages') {
      if (!conversation) return send(401, { code: 'bad_token', message: '会话已失效' });
      const after = Number(url.searchParams.get('after'));
      const limit = Number(url.searchParams.get('limit'));
      const found = conversation.messages.filter(({ id }) => id > after);
      return send(200, { messages: found.slice(0, limit), has_more: found.length > limit });
    }
    if (url.pathname === '/api/v1/attachments' && request.method === 'POST') {
      if (!conversation) return send(401, { code: 'bad_token', message: '会话已失效' });
      return send(...(await this.takeUpload(request)));
    }
    if (url.pathname === '/mock/agent' && request.method === 'POST') {
      const token = [...this.conversations.keys()].at(-1);
      const command = JSON.parse((await readBody(request)).toString()) as AgentAction;
      if (token !== undefined) this.support?.act(token, command);
      return send(200, token === undefined ? null : this.support?.state(token));
    }
    const image = this.uploads.get(url.pathname.replace('/api/v1/attachments/', ''));
    if (image) return void response.writeHead(200, { 'Content-Type': image.type }).end(image.bytes);
    await serveBuilt(url.pathname, response);
  }

  private async takeUpload(request: IncomingMessage): Promise<[number, unknown]> {
    const body = await readBody(request);
    const type = /Content-Type: (\S+)/i.exec(body.toString('latin1'))?.[1] ?? '';
    const start = body.indexOf('\r\n\r\n') + 4;
    const bytes = body.subarray(start, body.lastIndexOf('\r\n--'));
    if (!LIMITS.attachment_types.includes(type)) return [422, { code: 'attachment_type', message: '请发送图片' }];
    const id = `image-${this.uploads.size + 1}`;
    this.uploads.set(id, { type, bytes });
    return [
      201,
      { id, url: `/api/v1/attachments/${id}`, content_type: type, width: 64, height: 48, size: bytes.length },
    ];
  }
}

function botUttered(message: WireMessage): unknown {
  const { text, buttons, attachment, metadata, ...rest } = message;
  return {
    text,
    quick_replies: buttons.map((button) => ({ ...button, content_type: 'text' })),
    attachment: attachment && { type: 'image', payload: { src: attachment.url } },
    metadata: { ...rest, ...metadata },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function serveBuilt(pathname: string, response: ServerResponse): Promise<void> {
  try {
    const listed = JSON.parse(await readFile(path.join(DIST, 'files.json'), 'utf8')) as Record<
      string,
      { file: string; content_type: string }
    >;
    const entry = listed[pathname === '/' ? '/demo' : pathname];
    if (!entry) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': entry.content_type }).end(await readFile(path.join(DIST, entry.file)));
  } catch {
    response.writeHead(404).end();
  }
}
