import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat } from '../../src/core/chat.ts';
import { Gateway } from '../../src/core/gateway.ts';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage, storageKey } from '../../src/core/storage.ts';
import { FakeSockets } from './fake_socket.ts';
import { ENDED, QUEUED, SERVED, wireSupport } from './support_fixture.ts';

const wire = (fields: Record<string, unknown>): unknown => ({ buttons: [], attachment: null, metadata: {}, ...fields });

let sockets: FakeSockets;
let memory: MemoryStorage;

function confirm(support: unknown, messages: unknown[] = []): void {
  sockets.current.receive('session_confirm', { session_id: 'token', last_id: messages.length || 1, messages, support });
}

function connected(support: unknown, messages: unknown[] = []): Chat {
  const chat = new Chat({
    site: 'demo',
    storage: new SiteStorage('demo', memory),
    gateway: new Gateway('https://chat.example/'),
    connect: sockets.connect,
  });
  chat.start();
  sockets.current.handlers.onConnect();
  confirm(support, messages);
  return chat;
}

const emitted = (name: string): unknown[] =>
  sockets.current.emitted.filter((event) => event.name === name).map(({ data }) => data);

beforeEach(() => {
  vi.useFakeTimers();
  sockets = new FakeSockets();
  memory = new MemoryStorage();
});
afterEach(() => vi.useRealTimers());

describe('the state', () => {
  it('is there from the beginning and follows what the gateway tells', () => {
    const chat = connected(QUEUED);
    expect(chat.state.get().support).toMatchObject({ owner: 'queued', position: 2 });
    sockets.current.receive('support_changed', { ...QUEUED, position: 1 });
    expect(chat.state.get().support).toMatchObject({ position: 1 });
  });

  it('is nothing with a gateway that knows nothing of it', () => {
    const chat = connected(undefined);
    expect(chat.state.get().support).toBeNull();
    chat.markRead();
    chat.support.typed(true);
    expect(sockets.current.emitted.map(({ name }) => name)).toEqual(['session_request']);
  });

  it('lets the next page know that a human is on the way, until there is none', () => {
    connected(QUEUED);
    const human = (): string | null => memory.getItem(storageKey('demo', 'human'));
    expect(human()).toBe('1');
    sockets.current.receive('support_changed', SERVED);
    expect(human()).toBe('1');
    sockets.current.receive('support_changed', ENDED);
    expect(human()).toBeNull();
  });

  it('goes with the conversation', () => {
    const chat = connected(SERVED);
    chat.reset();
    expect(chat.state.get().support).toBeNull();
    expect(memory.getItem(storageKey('demo', 'human'))).toBeNull();
  });
});

describe("the agent's typing", () => {
  it("is not the bot's, and ends with the agent's message", () => {
    const chat = connected(SERVED);
    sockets.current.receive('bot_typing', { typing: true, author: 'agent' });
    expect(chat.state.get().typing).toBe('agent');
    sockets.current.receive('message', wire({ id: 2, author: 'system', text: '提示' }));
    expect(chat.state.get().typing).toBe('agent');
    sockets.current.receive(
      'message',
      wire({ id: 3, author: 'agent', text: '您好', metadata: { agent: { name: '小林' } } }),
    );
    expect(chat.state.get().typing).toBeNull();
    expect(chat.state.get().transcript.messages.at(-1)).toMatchObject({ author: 'agent', agent: '小林' });
  });

  it('ends when the agent has gone, and when nothing more is heard of it', () => {
    const chat = connected(SERVED);
    sockets.current.receive('bot_typing', { typing: true, author: 'agent' });
    sockets.current.receive('support_changed', ENDED);
    expect(chat.state.get().typing).toBeNull();
    sockets.current.receive('support_changed', SERVED);
    sockets.current.receive('bot_typing', { typing: true, author: 'agent' });
    vi.advanceTimersByTime(10_000);
    expect(chat.state.get().typing).toBeNull();
  });

  it("replaces the bot's when the agent takes over", () => {
    const chat = connected(QUEUED);
    sockets.current.receive('bot_typing', { typing: true });
    sockets.current.receive('support_changed', SERVED);
    expect(chat.state.get().typing).toBeNull();
  });
});

describe("the user's typing", () => {
  it('is told at most every three seconds', () => {
    const chat = connected(SERVED);
    for (let key = 0; key < 40; key += 1) {
      chat.support.typed(true);
      vi.advanceTimersByTime(250);
    }
    // Ten seconds of typing.
    expect(emitted('typing')).toEqual([{ typing: true }, { typing: true }, { typing: true }, { typing: true }]);
  });

  it.each<[string, (chat: Chat) => void]>([
    ['sent', (chat) => chat.support.stopTyping()],
    ['deleted', (chat) => chat.support.typed(false)],
    ['left lying', () => vi.advanceTimersByTime(6_000)],
  ])('ends once when the text is %s', (_, end) => {
    const chat = connected(SERVED);
    chat.support.typed(true);
    end(chat);
    vi.advanceTimersByTime(60_000);
    expect(emitted('typing')).toEqual([{ typing: true }, { typing: false }]);
  });

  it('is nobody else than an agent told', () => {
    const chat = connected(QUEUED);
    chat.support.typed(true);
    sockets.current.receive('support_changed', wireSupport());
    chat.support.typed(true);
    expect(emitted('typing')).toEqual([]);
  });

  it('is told anew over a new line', () => {
    const chat = connected(SERVED);
    chat.support.typed(true);
    sockets.current.handlers.onDisconnect();
    chat.support.typed(true);
    expect(emitted('typing')).toHaveLength(1);
    sockets.current.handlers.onConnect();
    confirm(SERVED);
    chat.support.typed(true);
    expect(emitted('typing')).toHaveLength(2);
  });
});

describe('what the user has seen', () => {
  const AGENT = { id: 2, author: 'agent', text: '在吗', metadata: { agent: { name: '小林' } } };
  const BOT = { id: 1, author: 'bot', text: '您好' };

  it('is told the agent, each time once', () => {
    const chat = connected(SERVED, [BOT, AGENT]);
    chat.markRead();
    chat.markRead();
    expect(emitted('read')).toEqual([{ id: 2 }]);
    sockets.current.receive('message', wire({ id: 3, author: 'agent', text: '还在吗' }));
    expect(emitted('read')).toHaveLength(1);
    chat.markRead();
    expect(emitted('read')).toEqual([{ id: 2 }, { id: 3 }]);
  });

  it('is told when the agent has left already', () => {
    const chat = connected(ENDED, [BOT, AGENT]);
    chat.markRead();
    expect(emitted('read')).toEqual([{ id: 2 }]);
  });

  it('is not told of what only the bot has said', () => {
    const chat = connected(wireSupport(), [BOT]);
    chat.markRead();
    expect(emitted('read')).toEqual([]);
    sockets.current.receive('support_changed', SERVED);
    chat.markRead();
    expect(emitted('read')).toEqual([{ id: 1 }]);
  });

  it('is told again over a new line, as it may have been lost', () => {
    const chat = connected(SERVED, [BOT, AGENT]);
    chat.markRead();
    sockets.current.handlers.onDisconnect();
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', { session_id: 'token', last_id: 2, messages: [], support: SERVED });
    chat.markRead();
    expect(emitted('read')).toEqual([{ id: 2 }, { id: 2 }]);
  });
});

describe('what the user asks for', () => {
  it('is acknowledged', async () => {
    const chat = connected(QUEUED);
    const outcome = chat.support.leaveQueue();
    expect(sockets.current.last).toMatchObject({ name: 'leave_queue', data: {} });
    sockets.current.last.acknowledge({ ok: true, support: wireSupport() });
    expect(await outcome).toEqual({ ok: true, ticket: null });
    expect(chat.state.get().support?.owner).toBe('bot');
  });

  it('tells the number of the ticket that a message has made', async () => {
    const chat = connected(wireSupport({ can_leave_message: true }));
    const outcome = chat.support.leaveMessage('钱没到账', '13800138000', 'form-1');
    expect(sockets.current.last).toMatchObject({
      name: 'leave_message',
      data: { text: '钱没到账', contact: '13800138000', client_id: 'form-1' },
    });
    sockets.current.last.acknowledge({ ok: true, ticket: { number: 'T1', status: 'message' } });
    expect(await outcome).toEqual({ ok: true, ticket: { number: 'T1', status: 'message' } });
  });

  it.each([{ ok: false, error: { code: 'contact_invalid', message: '不对' } }])('may be refused', async (answer) => {
    const chat = connected(wireSupport({ can_leave_message: true }));
    const outcome = chat.support.leaveMessage('钱没到账', 'x', 'form-1');
    sockets.current.last.acknowledge(answer);
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'contact_invalid', message: '不对' } });
  });

  it('cannot be had without a connection, or when nothing answers', async () => {
    const chat = connected(QUEUED);
    const lost = chat.support.leaveQueue();
    sockets.current.last.lose();
    expect(await lost).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    sockets.current.handlers.onDisconnect();
    expect(await chat.support.leaveQueue()).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(sockets.current.requests).toHaveLength(1);
  });

  it.each([{ ok: true }, { ok: false, error: { code: 'already_rated', message: '评过了' } }])(
    'is no longer asked for once rated: %j',
    async (answer) => {
      const chat = connected(ENDED);
      const outcome = chat.support.rate('T261123000012', 4, '');
      expect(sockets.current.last.data).toEqual({ ticket: 'T261123000012', rating: 4 });
      sockets.current.last.acknowledge(answer);
      expect(await outcome).toEqual({ ok: true, ticket: null });
      expect(chat.state.get().support?.rating_wanted).toBeNull();
    },
  );

  it('is still asked for when rating failed', async () => {
    const chat = connected(ENDED);
    const outcome = chat.support.rate('T261123000012', 4, '还行');
    expect(sockets.current.last.data).toMatchObject({ comment: '还行' });
    sockets.current.last.acknowledge({ ok: false, error: { code: 'unavailable', message: '系统正忙' } });
    expect(await outcome).toMatchObject({ ok: false });
    expect(chat.state.get().support?.rating_wanted).toBe('T261123000012');
  });
});
