/** Human support of the mock gateway: docs/support.md as far as users meet it, with an agent who does what a test says. */

import type { SupportState } from '@uwallet/shared/protocol.gen.ts';
import type { Socket } from 'socket.io';
import type { Reply } from './mock_gateway.ts';

export type WireSupport = SupportState;

export interface Host {
  /** Writes into a conversation. */
  say: (token: string, reply: Reply) => void;
  /** Sends an event to all that listen to a conversation. */
  tell: (token: string, name: string, data: unknown) => void;
  lastId: (token: string) => number;
}

const NUMBER = 'T261123000012';

/** The state before anybody has asked for a human. */
export const NO_SUPPORT: WireSupport = {
  owner: 'bot',
  ticket: null,
  position: null,
  wait_minutes: null,
  wait_minutes_least: null,
  agent: null,
  agent_read_id: 0,
  can_leave_message: false,
  available: true,
  opens_at: null,
  rating_wanted: null,
};

const LEAVE_MESSAGE = { title: '留言', payload: '/support_leave_message' };

type Answer = Record<string, unknown>;

/** What an agent can be told to do over HTTP, by its name. */
export type AgentAction =
  | { action: 'staff'; there: boolean }
  | { action: 'position'; position: number | null; wait_minutes: number | null }
  | { action: 'timeout' | 'requeue' | 'close' | 'return' | 'read' }
  | { action: 'claim'; name: string }
  | { action: 'type'; typing: boolean }
  | { action: 'say'; text: string }
  | { action: 'show'; url: string };

export class MockSupport {
  /** What users have sent besides messages. */
  readonly received: { name: string; data: Answer }[] = [];
  /** Somebody is there to take over. */
  staffed = true;
  /** Returned instead of the acknowledgement of an event, unless undefined. */
  intercept: ((name: string) => unknown) | null = null;
  private readonly states = new Map<string, WireSupport>();

  constructor(private readonly host: Host) {}

  state(token: string): WireSupport {
    return this.states.get(token) ?? NO_SUPPORT;
  }

  change(token: string, changes: Partial<WireSupport>): void {
    this.states.set(token, { ...this.state(token), ...changes });
    this.host.tell(token, 'support_changed', this.state(token));
  }

  /** The user has written; returns whether it is for an agent and not for the bot. */
  hear(token: string): boolean {
    const { owner } = this.state(token);
    if (owner === 'closed') this.change(token, { owner: 'bot', ticket: null });
    return owner === 'agent';
  }

  /** The bot hands over. */
  handOff(token: string): void {
    if (this.staffed) return this.queue(token);
    this.change(token, { ticket: { number: NUMBER, status: 'message' }, can_leave_message: true });
    this.note(token, 'nobody_there', '现在没有人工客服在线。您可以先留言，写下您的问题和联系方式。', [LEAVE_MESSAGE]);
  }

  /** Answers a press on one of the gateway's own buttons; returns whether it is one. */
  press(token: string, payload: string): boolean {
    if (!payload.startsWith('/support_')) return false;
    if (payload === '/support_leave_queue') this.leave(token);
    return true;
  }

  listen(socket: Socket, tokenOf: () => string | undefined): void {
    for (const name of ['leave_queue', 'leave_message', 'rate_support', 'typing', 'read']) {
      socket.on(name, (data: Answer, acknowledge?: (answer: unknown) => void) => {
        this.received.push({ name, data });
        const token = tokenOf();
        if (token === undefined) return;
        const answer = this.intercept?.(name) ?? this.take(token, name, data);
        acknowledge?.(answer);
      });
    }
  }

  /** Does what an agent, or the time, does. */
  act(token: string, command: AgentAction): void {
    const agent = this.state(token).agent ?? { name: '小林' };
    switch (command.action) {
      case 'staff':
        this.staffed = command.there;
        return;
      case 'position':
        return this.change(token, { position: command.position, wait_minutes: command.wait_minutes });
      case 'timeout':
        this.change(token, { can_leave_message: true });
        return this.note(token, 'timeout', '让您久等了，客服还在忙。您可以留言，也可以接着等。', [
          LEAVE_MESSAGE,
          { title: '继续等', payload: '/support_keep_waiting' },
          { title: '不等了', payload: '/support_leave_queue' },
        ]);
      case 'claim':
        this.change(token, {
          owner: 'agent',
          ticket: { number: NUMBER, status: 'active' },
          position: null,
          wait_minutes: null,
          agent: { name: command.name },
          agent_read_id: this.host.lastId(token),
          can_leave_message: false,
        });
        return this.note(token, 'claimed', `${command.name}来了，正在为您服务。`);
      case 'requeue':
        this.note(token, 'requeued', '客服暂时离开了，已经为您排回队里，请稍等。');
        return this.queue(token);
      case 'type':
        return this.host.tell(token, 'bot_typing', { typing: command.typing, author: 'agent' });
      case 'say':
        return this.host.say(token, { author: 'agent', text: command.text, metadata: { agent } });
      case 'show': {
        const attachment = { id: 'shown', url: command.url, content_type: 'image/png', width: 64, height: 48, size: 9 };
        return this.host.say(token, { author: 'agent', text: '', attachment, metadata: { agent } });
      }
      case 'read':
        return this.change(token, { agent_read_id: this.host.lastId(token) });
      case 'close':
      case 'return':
        return this.end(token, command.action);
    }
  }

  private end(token: string, how: 'close' | 'return'): void {
    this.note(token, how === 'close' ? 'closed' : 'returned_to_bot', '这次的人工服务结束了，给客服打个分吧。', [
      ...[1, 2, 3, 4, 5].map((rating) => ({
        title: String(rating),
        payload: `/support_rate${JSON.stringify({ ticket: NUMBER, rating })}`,
      })),
    ]);
    const owner = how === 'close' ? 'closed' : 'bot';
    this.change(token, { owner, ticket: { number: NUMBER, status: 'closed' }, agent: null, rating_wanted: NUMBER });
  }

  private take(token: string, name: string, data: Answer): unknown {
    switch (name) {
      case 'leave_queue':
        this.leave(token);
        return { ok: true };
      case 'leave_message': {
        if (!/\d{7}|@/.test(String(data.contact))) {
          return { ok: false, error: { code: 'contact_invalid', message: '这个联系方式好像不对，麻烦再看一下。' } };
        }
        const ticket: WireSupport['ticket'] = { number: NUMBER, status: 'message' };
        this.change(token, { owner: 'bot', ticket, position: null, wait_minutes: null, can_leave_message: false });
        this.host.say(token, {
          author: 'user',
          text: String(data.text),
          metadata: { support: 'message', contact: data.contact },
        });
        this.note(token, 'message_taken', `留言收到了，工单号是${NUMBER}。`);
        return { ok: true, ticket };
      }
      case 'rate_support':
        if (this.state(token).rating_wanted !== data.ticket) {
          return { ok: false, error: { code: 'already_rated', message: '这次服务您已经评过分了。' } };
        }
        this.change(token, { rating_wanted: null });
        this.note(token, 'rated', '收到您的评价了，谢谢！');
        return { ok: true };
      default:
        return undefined;
    }
  }

  private queue(token: string): void {
    const ticket: WireSupport['ticket'] = { number: NUMBER, status: 'queued' };
    this.change(token, { owner: 'queued', ticket, position: 2, wait_minutes: 3, agent: null });
    this.note(token, 'queued', '已经为您排队，前面还有1位。等的时候可以接着问我。', [
      { title: '不等了', payload: '/support_leave_queue' },
    ]);
  }

  private leave(token: string): void {
    if (this.state(token).owner !== 'queued') return;
    this.change(token, { ...NO_SUPPORT, ticket: { number: NUMBER, status: 'closed' } });
    this.note(token, 'left_queue', '好的，已经不再排队了。有问题随时问我。');
  }

  private note(token: string, support: string, text: string, buttons: Reply['buttons'] = []): void {
    this.host.say(token, { author: 'system', text, buttons, metadata: { support } });
  }
}
