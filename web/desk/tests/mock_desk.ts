/** The mock server as desks meet it: docs/support/desk-api.md, in memory. It misbehaves on demand. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'socket.io';
import { MockServer, readBody } from '../../shared/tests/mock_server.ts';
import type {
  Agent,
  CannedReply,
  Message,
  Settings,
  SkillGroup,
  Ticket,
  TicketDetails,
  WatchResult,
} from '../src/core/protocol.ts';
import { isLeft } from '../src/core/tickets.ts';

export type MockTicket = Omit<TicketDetails, 'earlier'>;

const CSRF = 'csrf-of-the-mock';
const PASSWORD = 'mock-password';
const SETTINGS: Settings = {
  max_chats: 5,
  queue_timeout: 600,
  time_zone: 'Asia/Shanghai',
  brand: 'u钱包',
  reply_variables: { user: '称呼', number: '工单号', agent: '客服', brand: '品牌', topic: '事项', site: '站点' },
  max_length: 1000,
  attachment_bytes: 1024 * 1024,
  attachment_types: ['image/png', 'image/jpeg'],
  dispositions: ['solved', 'unsolved', 'passed_on', 'other'],
};

type Body = Record<string, unknown>;

/** What a request is refused with. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: Body,
  ) {
    super(message);
  }
}

const conflict = (ticket: MockTicket): Refusal =>
  new Refusal(409, 'conflict', `这个会话现在由${ticket.agent?.name ?? '别人'}接待`, { agent: ticket.agent });

export class MockDesk extends MockServer {
  readonly tickets = new Map<number, MockTicket>();
  readonly messages = new Map<string, Message[]>();
  agents: Agent[] = [];
  /** The last message that the user of a ticket has read. */
  readonly userReadIds = new Map<number, number>();
  replies: CannedReply[] = [];
  groups: SkillGroup[] = [];
  /** Answers of endpoints that the mock knows nothing of, by `GET /path`. */
  readonly canned = new Map<string, unknown>();
  /** Bodies of what was posted, by path. */
  readonly posted: { path: string; body: Body }[] = [];
  /** Calls with what is to be broken before a request is answered: throw, or return `drop` to store and not answer. */
  intercept: ((method: string, path: string) => 'drop' | undefined) | null = null;
  /** The session of each cookie. */
  readonly sessions = new Map<string, number>();

  private constructor() {
    super('DeskEvents');
    this.io.of('/desk').use((socket, next) => {
      const agent = this.sessions.get(cookieOf(socket.handshake.headers.cookie));
      if (agent === undefined) return next(new Error('signed_out'));
      socket.data = { agent };
      next();
    });
    this.io.of('/desk').on('connection', (socket) => this.connect(socket));
  }

  static async start(port = 0): Promise<MockDesk> {
    return new MockDesk().listen(port);
  }

  get base(): string {
    return this.origin;
  }

  protected get sockets(): Iterable<Socket> {
    return this.io.of('/desk').sockets.values();
  }

  ticket(id: number): MockTicket {
    const ticket = this.tickets.get(id);
    if (!ticket) throw new Refusal(404, 'not_found', '没有这个工单');
    return ticket;
  }

  /** Adds a message to a conversation; `deliver` false loses it on the way. */
  say(ticket: MockTicket, fields: Partial<Message>, deliver = true): Message {
    const messages = this.messages.get(ticket.conversation_id) ?? [];
    this.messages.set(ticket.conversation_id, messages);
    const message: Message = {
      id: messages.length + 1,
      author: 'user',
      text: '',
      buttons: [],
      attachment: null,
      metadata: {},
      created_at: new Date().toISOString(),
      in_reply_to: null,
      client_id: null,
      ...fields,
    };
    messages.push(message);
    ticket.last_message = { author: message.author, text: message.text, created_at: message.created_at };
    if (message.author === 'user') ticket.unread += 1;
    if (!deliver) return message;
    this.tellTo(this.io.of('/desk').to(`ticket-${ticket.id}`), 'message', { ticket_id: ticket.id, message });
    this.tell(ticket);
    return message;
  }

  tell(ticket: MockTicket, reason = 'ticket'): void {
    this.emit('ticket_changed', listed(ticket));
    this.emit('queue_changed', { ...this.counts(0), reason });
  }

  emit(name: string, data: unknown): void {
    this.tellTo(this.io.of('/desk'), name, data);
  }

  signOutEverybody(): void {
    this.sessions.clear();
    this.emit('signed_out', {});
    this.io.of('/desk').disconnectSockets();
  }

  private counts(agent: number): Body {
    const all = [...this.tickets.values()];
    const waiting = all.filter(({ status }) => status === 'queued');
    return {
      waiting: waiting.length,
      urgent: waiting.filter(({ priority }) => priority === 0).length,
      mine: all.filter((ticket) => ticket.status === 'active' && ticket.agent?.id === agent).length,
      messages: all.filter(isLeft).length,
      requests: all.filter((ticket) => ticket.status === 'message' && !isLeft(ticket)).length,
      online: this.agents.filter(({ presence }) => presence === 'online').length,
    };
  }

  private connect(socket: Socket): void {
    socket.on('watch', (data: { ticket_id: number; after: number }, acknowledge: (answer: unknown) => void) => {
      const ticket = this.tickets.get(data.ticket_id);
      if (!ticket) return acknowledge({ ok: false, error: { code: 'not_found', message: '没有这个工单' } });
      void socket.join(`ticket-${data.ticket_id}`);
      const messages = (this.messages.get(ticket.conversation_id) ?? []).filter(({ id }) => id > data.after);
      const result: WatchResult = {
        messages: messages.slice(0, 50),
        has_more: messages.length > 50,
        user_read_id: this.userReadIds.get(data.ticket_id) ?? 0,
      };
      acknowledge({ ok: true, ...result });
    });
    socket.on('unwatch', (data: { ticket_id: number }) => void socket.leave(`ticket-${data.ticket_id}`));
    socket.on('read', (data: { ticket_id: number; id: number }) => {
      const ticket = this.tickets.get(data.ticket_id);
      if (ticket) ticket.unread = 0;
    });
    socket.on('typing', () => undefined);
  }

  protected async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/desk/api')) {
      return this.serveBuilt(url.pathname === '/' ? '/desk' : url.pathname, response, PAGE_HEADERS);
    }
    const received = await readBody(request);
    const name = url.pathname.slice('/desk/api'.length);
    const method = request.method ?? 'GET';
    try {
      const dropped = this.intercept?.(method, name) === 'drop';
      const isJson = request.headers['content-type'] === 'application/json';
      const body = isJson ? (JSON.parse(received.toString()) as Body) : {};
      const answer = this.answer(method, name, url.searchParams, body, request, response);
      if (dropped) return void request.socket.destroy();
      this.send(response, method === 'POST' ? 201 : 200, modelOf(method, name), answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message, details } = error;
      this.send(response, status, 'ErrorView', { code, message, ...(details && { details }) });
    }
  }

  private answer(
    method: string,
    name: string,
    query: URLSearchParams,
    body: Body,
    request: IncomingMessage,
    response: ServerResponse,
  ): unknown {
    const cookie = cookieOf(request.headers.cookie);
    if (method === 'GET' && name === '/sign_in') return { provider: null, pending: null };
    if (method === 'POST' && name === '/session') {
      const found = this.agents.find(({ username }) => username === body.username);
      if (!found || body.password !== PASSWORD) throw new Refusal(401, 'wrong_password', '账号或密码不对，请再试一次');
      const token = `session-${this.sessions.size + 1}-${Math.random()}`;
      this.sessions.set(token, found.id);
      response.setHeader('Set-Cookie', `uwallet_desk=${token}; HttpOnly; SameSite=Strict; Path=/`);
      return this.session(found);
    }
    const me = this.agents.find(({ id }) => id === this.sessions.get(cookie));
    if (!me) throw new Refusal(401, 'signed_out', '登录已失效，请重新登录');
    if (method !== 'GET' && request.headers['x-csrf-token'] !== CSRF) throw new Refusal(403, 'csrf', '请刷新页面再试');
    if (name === '/session/activity') return null;
    if (method === 'POST') this.posted.push({ path: name, body });
    const [, area, id, action] = name.split('/');
    switch (`${method} /${area}${action ? `/*/${action}` : id ? '/*' : ''}`) {
      case 'GET /session':
        return this.session(me);
      case 'DELETE /session':
        this.sessions.delete(cookie);
        return null;
      case 'PUT /presence':
        me.presence = body.status as Agent['presence'];
        this.emit('agents_changed', {});
        return null;
      case 'GET /queue':
        return this.queue(me);
      case 'GET /agents':
        return this.agents;
      case 'GET /groups':
        return this.groups;
      case 'GET /canned_replies':
        return this.replies;
      case 'GET /tickets':
        return {
          tickets: [...this.tickets.values()]
            .filter(({ status }) => status === (query.get('status') ?? status))
            .map(listed),
          has_more: false,
        };
      case 'GET /tickets/*': {
        const ticket = this.ticket(Number(id));
        const earlier = [...this.tickets.values()].filter(
          (other) => other.conversation_id === ticket.conversation_id && other.id !== ticket.id,
        );
        return { ...ticket, earlier: earlier.map(listed) };
      }
      case 'GET /tickets/*/messages':
        return this.page(this.ticket(Number(id)), query);
      case 'GET /tickets/*/suggestions':
        return this.canned.get('suggestions') ?? { suggestions: [] };
      case 'POST /tickets/*/claim':
        return listed(this.claim(this.ticket(Number(id)), me));
      case 'POST /tickets/*/messages':
        return this.reply(this.ticket(Number(id)), me, body);
      case 'PUT /tickets/*/labels': {
        const labels = body.labels as string[];
        return listed(this.change(this.ticket(Number(id)), me, 'labelled', { labels }, { labels }));
      }
      case 'POST /tickets/*/notes': {
        const ticket = this.ticket(Number(id));
        this.note(ticket, 'note', me, { text: body.text });
        return listed(ticket);
      }
      case 'POST /tickets/*/close':
        return listed(
          this.change(this.ticket(Number(id)), me, 'closed', { status: 'closed', disposition: body.disposition }),
        );
      case 'POST /tickets/*/return':
        return listed(
          this.change(this.ticket(Number(id)), me, 'returned_to_bot', { status: 'closed', disposition: 'solved' }),
        );
      case 'POST /tickets/*/transfer':
      case 'POST /tickets/*/assign': {
        const to = this.agents.find((agent) => agent.id === body.agent_id) ?? null;
        const changes = to
          ? { status: 'active', agent: { id: to.id, name: to.name } }
          : { status: 'queued', agent: null, queued_at: new Date().toISOString() };
        return listed(
          this.change(this.ticket(Number(id)), me, 'transferred', changes, { memo: body.memo, to: to?.name }),
        );
      }
    }
    if (method === 'POST' && name === '/tickets/bulk') return this.bulk(body);
    const answer = this.canned.get(`${method} ${name}`);
    if (answer === undefined) throw new Refusal(404, 'not_found', '没有这个内容');
    return answer;
  }

  /** What agents have of their own is done; the others are told. */
  private bulk(body: Body): Body {
    const named = (body.tickets ?? body.conversations) as (number | string)[];
    const refused = named.flatMap((key): Body[] => {
      const ticket = this.tickets.get(Number(key));
      const details = { status: ticket?.status, agent: ticket?.agent, number: ticket?.number };
      const row = { ticket_id: ticket?.id ?? null, number: ticket?.number ?? null };
      if (body.tickets === undefined)
        return [{ ...row, conversation_id: key, code: 'no_ticket', message: '这个会话没有转过人工。', details: {} }];
      if (ticket?.status !== 'queued') return [];
      return [{ ...row, conversation_id: null, code: 'conflict', message: '慢了一步', details }];
    });
    return { done: named.length - refused.length, refused };
  }

  private session(agent: Agent): Body {
    return {
      agent,
      csrf: CSRF,
      method: 'password',
      second_factor: null,
      knowledge_role: null,
      settings: SETTINGS,
    };
  }

  private queue(me: Agent): Body {
    const all = [...this.tickets.values()].map(listed);
    return {
      waiting: all.filter(({ status }) => status === 'queued'),
      mine: all.filter((ticket) => ticket.status === 'active' && ticket.agent?.id === me.id),
      messages: all.filter(({ status }) => status === 'message'),
      follow_ups: all.filter(({ status }) => status === 'pending'),
      counts: this.counts(me.id),
    };
  }

  private page(ticket: MockTicket, query: URLSearchParams): Body {
    const limit = Number(query.get('limit') ?? 50);
    const before = Number(query.get('before') ?? Infinity);
    const found = (this.messages.get(ticket.conversation_id) ?? []).filter((message) => message.id < before);
    return { messages: found.slice(-limit), has_more: found.length > limit };
  }

  private claim(ticket: MockTicket, me: Agent): MockTicket {
    if (ticket.status === 'closed' || (ticket.agent && ticket.agent.id !== me.id)) throw conflict(ticket);
    if (ticket.agent) return ticket;
    return this.change(ticket, me, 'claimed', {
      status: 'active',
      agent: { id: me.id, name: me.name },
      claimed_at: new Date().toISOString(),
    });
  }

  private reply(ticket: MockTicket, me: Agent, body: Body): Message {
    if (ticket.agent?.id !== me.id || ticket.status !== 'active') throw conflict(ticket);
    const known = this.messages.get(ticket.conversation_id)?.find(({ client_id }) => client_id === body.client_id);
    if (known) return known;
    ticket.first_reply_at ??= new Date().toISOString();
    return this.say(ticket, {
      author: 'agent',
      text: typeof body.text === 'string' ? body.text : '',
      client_id: String(body.client_id),
      metadata: { agent: { name: me.name } },
    });
  }

  private change(ticket: MockTicket, me: Agent, kind: string, changes: Body, details: Body = {}): MockTicket {
    Object.assign(ticket, changes, { version: ticket.version + 1 });
    if (ticket.status === 'closed') ticket.closed_at = new Date().toISOString();
    this.note(ticket, kind, me, details);
    this.tell(ticket, kind);
    return ticket;
  }

  private note(ticket: MockTicket, kind: string, me: Agent, details: Body): void {
    const actor = { kind: 'agent' as const, id: me.id, name: me.name };
    ticket.events.push({ at: new Date().toISOString(), kind, actor, details });
  }
}

const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** What each request is answered with, by method and path with `*` for ids; a change of a ticket is answered with it. */
const MODELS: Record<string, string> = {
  'GET /sign_in': 'SignInOptions',
  'GET /session': 'DeskSessionView',
  'POST /session': 'DeskSessionView',
  'GET /queue': 'DeskQueue',
  'GET /agents': 'AgentStatus[]',
  'GET /canned_replies': 'CannedReply[]',
  'GET /labels': 'LabelUse[]',
  'GET /views': 'SavedView[]',
  'GET /push': 'PushView',
  'GET /tickets': 'TicketPage',
  'GET /tickets/*': 'TicketDetails',
  'GET /tickets/*/messages': 'DeskMessagePage',
  'POST /tickets/*/messages': 'DeskMessageView',
  'GET /tickets/*/suggestions': 'Suggestions',
  'POST /tickets/bulk': 'BulkResult',
  'POST /tickets/*/claim': 'Ticket',
  'POST /tickets/*/notes': 'Ticket',
  'POST /tickets/*/close': 'Ticket',
  'POST /tickets/*/return': 'Ticket',
  'POST /tickets/*/transfer': 'Ticket',
  'POST /tickets/*/assign': 'Ticket',
  'GET /board': 'BoardView',
  'GET /blocked': 'BlockList',
  'GET /tickets/*/customer': 'Customer',
  'GET /settings': 'ConfigurationView',
  'GET /insight/agents': 'PerformanceView',
  'GET /quality/sheet': 'QualitySheet',
  'GET /quality/sample': 'Sample',
  'GET /quality/reviews': 'Reviews',
  'GET /quality/mine': 'Reviews',
  'GET /insight': 'InsightView',
  'GET /insight/hours': 'BusyHours',
  'GET /insight/misunderstood': 'MisunderstoodPage',
  'GET /intents': 'Intents',
  'GET /conversations': 'ConversationPage',
  'GET /conversations/filters': 'ConversationFilters',
  'GET /conversations/*': 'Conversation',
  'GET /conversations/*/messages': 'DeskMessagePage',
};

function modelOf(method: string, name: string): string | null {
  return MODELS[`${method} ${name.replace(/\/\d+(?=\/|$)/g, '/*')}`] ?? null;
}

/** A ticket as lists and events carry it: without what only `GET /tickets/*` tells. */
export function listed(ticket: MockTicket): Ticket {
  const details = new Set(['events', 'progress', 'intent']);
  return Object.fromEntries(Object.entries(ticket).filter(([name]) => !details.has(name))) as unknown as Ticket;
}

function cookieOf(header: string | undefined): string {
  return /uwallet_desk=([^;]+)/.exec(header ?? '')?.[1] ?? '';
}
