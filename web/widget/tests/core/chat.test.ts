import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENOUGH } from '../patience.ts';
import { Chat } from '../../src/core/chat.ts';
import { Gateway } from '../../src/core/gateway.ts';
import type { Message } from '../../src/core/protocol.ts';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage, storageKey } from '../../src/core/storage.ts';
import { PATIENCE } from '../../src/core/watch.ts';
import { FakeSockets } from './fake_socket.ts';

interface Wire {
  id: number;
  author?: string;
  text?: string;
  client_id?: string | null;
}

function wire({ id, author = 'bot', text = `第${id}条`, client_id = null }: Wire): Record<string, unknown> {
  return { id, author, text, client_id, buttons: [], metadata: {}, created_at: '2026-11-23T06:00:00Z' };
}

function confirm(last_id: number, messages: Wire[] = [], changes: Record<string, unknown> = {}): unknown {
  return {
    session_id: 'token-1',
    identity: 'visitor',
    last_id,
    messages: messages.map(wire),
    has_more: false,
    limits: { max_length: 100, attachment_bytes: 1000, attachment_types: ['image/png'] },
    ...changes,
  };
}

/** Lets promises go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

let memory: MemoryStorage;
let sockets: FakeSockets;
let answers: { path: string; body: unknown; status: number }[];
let heard: Message[];
let requests: { url: string; method: string | undefined; headers: HeadersInit | undefined }[];

function open(): Chat {
  let ids = 0;
  return new Chat({
    site: 'demo',
    storage: new SiteStorage('demo', memory),
    gateway: new Gateway('https://chat.example/', (url, init) => {
      requests.push({ url, method: init.method, headers: init.headers });
      const answer = answers.find(({ path }) => url.includes(path));
      return Promise.resolve(new Response(JSON.stringify(answer?.body ?? {}), { status: answer?.status ?? 404 }));
    }),
    connect: sockets.connect,
    newId: () => `message-${(ids += 1)}`,
    onMessage: (message) => heard.push(message),
  });
}

function connected(last_id = 3, messages: Wire[] = [{ id: 1 }, { id: 2 }, { id: 3 }]): Chat {
  const chat = open();
  chat.start();
  sockets.current.handlers.onConnect();
  sockets.current.receive('session_confirm', confirm(last_id, messages));
  return chat;
}

const ids = (chat: Chat): number[] => chat.state.get().transcript.messages.map(({ id }) => id);
const stored = (name: 'token' | 'outbox' | 'user' | 'read'): string | null => memory.getItem(storageKey('demo', name));

beforeEach(() => {
  memory = new MemoryStorage();
  sockets = new FakeSockets();
  answers = [];
  heard = [];
  requests = [];
});

describe('a session', () => {
  it('asks for the newest messages without a token at first, and keeps the token', () => {
    const chat = connected();
    expect(sockets.current.emitted[0]).toEqual({ name: 'session_request', data: { last_id: null } });
    expect(stored('token')).toBe('token-1');
    expect(ids(chat)).toEqual([1, 2, 3]);
    expect(chat.state.get()).toMatchObject({ phase: 'online', hasEarlier: false, limits: { max_length: 100 } });
  });

  it('goes on with the stored token on the next page', () => {
    memory.setItem(storageKey('demo', 'token'), 'token-1');
    const chat = open();
    chat.start();
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toEqual({ session_id: 'token-1', last_id: null });
  });

  it('asks for no greeting after a question that was typed before there was a line', () => {
    const chat = open();
    chat.start();
    chat.sendText('忘记密码');
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(0, []));
    expect(chat.state.get().outbox.map(({ message }) => message)).toEqual(['忘记密码']);
  });

  it('asks to be greeted once when nothing has been said', async () => {
    const chat = connected(0, []);
    expect(sockets.current.last.data).toEqual({
      message: '/session_start',
      client_id: 'session_start',
      kind: 'payload',
    });
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 1, author: 'user', text: '' }) });
    await settle();
    expect(chat.state.get().outbox).toEqual([]);
    expect(sockets.current.requests).toHaveLength(1);
  });

  it('asks only for what it has not seen after a break, and takes it once', () => {
    const chat = connected();
    sockets.current.handlers.onDisconnect();
    expect(chat.state.get().phase).toBe('offline');
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toEqual({ session_id: 'token-1', last_id: 3 });
    sockets.current.receive('session_confirm', confirm(5, [{ id: 4 }, { id: 5 }]));
    sockets.current.receive('message', wire({ id: 5, author: 'bot', text: '又一次' }));
    expect(ids(chat)).toEqual([1, 2, 3, 4, 5]);
  });

  it('fetches page after page when more was missed than one answer holds', () => {
    const chat = connected();
    sockets.current.handlers.onDisconnect();
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(5, [{ id: 4 }], { has_more: true }));
    expect(sockets.current.lastEmitted).toMatchObject({ last_id: 4 });
    sockets.current.receive('session_confirm', confirm(5, [{ id: 5 }]));
    expect(ids(chat)).toEqual([1, 2, 3, 4, 5]);
  });

  it('doubts its connection after a long sleep, and breaks it if nothing answers', () => {
    vi.useFakeTimers();
    try {
      const chat = connected();
      const before = sockets.current.emitted.length;
      chat.wake();
      expect(sockets.current.emitted).toHaveLength(before);
      chat.wake(true);
      expect(sockets.current.lastEmitted).toEqual({ session_id: 'token-1', last_id: 3 });
      vi.advanceTimersByTime(10_000);
      expect(sockets.current.reconnects).toBe(1);
      expect(chat.state.get().phase).toBe('offline');
    } finally {
      vi.useRealTimers();
    }
  });

  it('asks again for what is missing between messages', () => {
    vi.useFakeTimers();
    try {
      connected();
      const before = sockets.current.emitted.length;
      sockets.current.receive('message', wire({ id: 5, author: 'bot', text: '跳过了一条' }));
      vi.advanceTimersByTime(2_000);
      expect(sockets.current.emitted).toHaveLength(before + 1);
      expect(sockets.current.lastEmitted).toMatchObject({ last_id: 3 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('begins anew with a token that is refused, and shows nothing of the old conversation', () => {
    const chat = connected();
    sockets.current.receive('session_error', { code: 'bad_token', message: '会话已失效' });
    expect(stored('token')).toBeNull();
    expect(ids(chat)).toEqual([]);
    expect(sockets.current.lastEmitted).toEqual({ last_id: null });
  });

  it('gives up when every token is refused', () => {
    const chat = connected();
    for (let time = 0; time < 5; time += 1) {
      sockets.current.receive('session_error', { code: 'bad_token', message: '会话已失效' });
    }
    expect(chat.state.get()).toMatchObject({ phase: 'refused', refusal: { code: 'bad_token' } });
    expect(sockets.current.closed).toBe(true);
  });

  it('tells why it is refused and tries again when asked', () => {
    const chat = open();
    chat.start();
    sockets.current.handlers.onRefused({ code: 'origin_not_allowed', message: '来源不对', retry_after: null });
    expect(chat.state.get()).toMatchObject({ phase: 'refused', refusal: { message: '来源不对' } });
    chat.start();
    expect(sockets.all).toHaveLength(2);
  });

  it('continues the conversation that another tab began in the same moment', () => {
    const chat = open();
    chat.start();
    sockets.current.handlers.onConnect();
    memory.setItem(storageKey('demo', 'token'), 'token-of-the-other-tab');
    sockets.current.receive('session_confirm', confirm(0));
    expect(sockets.current.lastEmitted).toMatchObject({ session_id: 'token-of-the-other-tab' });
    expect(stored('token')).toBe('token-of-the-other-tab');
    expect(chat.state.get().phase).toBe('connecting');
  });

  it('shows the conversation that the gateway has if it is shorter than what is shown', () => {
    const chat = connected();
    sockets.current.handlers.onDisconnect();
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(1, []));
    expect(sockets.current.lastEmitted).toMatchObject({ last_id: null });
    sockets.current.receive('session_confirm', confirm(1, [{ id: 1, text: '新的' }]));
    expect(chat.state.get().transcript.messages.map(({ text }) => text)).toEqual(['新的']);
  });
});

describe('sending', () => {
  it('sends one message after the other, in the order of writing', async () => {
    const chat = connected();
    chat.sendText('一');
    chat.press({ title: '下一步', payload: '/next_step', role: 'primary', offered_by: 2 });
    expect(sockets.current.requests).toHaveLength(1);
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 4, author: 'user', client_id: 'message-1' }) });
    await settle();
    expect(sockets.current.last.data).toEqual({
      message: '/next_step',
      client_id: 'message-2',
      kind: 'payload',
      offered_by: 2,
    });
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 5, author: 'user', client_id: 'message-2' }) });
    await settle();
    expect(chat.state.get().outbox).toEqual([]);
    expect(ids(chat)).toEqual([1, 2, 3, 4, 5]);
    expect(stored('outbox')).toBeNull();
  });

  it('sends text that begins with a slash as text', () => {
    connected().sendText('/restart');
    expect(sockets.current.last.data).toMatchObject({ message: '/restart', kind: 'text' });
  });

  it('sends nothing but spaces not at all', () => {
    connected().sendText(' \n ');
    expect(sockets.current.requests).toHaveLength(0);
  });

  it('keeps what is written offline and sends it after the connection is back', () => {
    const chat = connected();
    sockets.current.handlers.onDisconnect();
    chat.sendText('断网时写的');
    expect(sockets.current.requests).toHaveLength(0);
    expect(chat.state.get().outbox).toHaveLength(1);
    sockets.current.handlers.onConnect();
    expect(sockets.current.requests).toHaveLength(0);
    sockets.current.receive('session_confirm', confirm(3));
    expect(sockets.current.last.data).toMatchObject({ message: '断网时写的' });
  });

  it('keeps it over a reload', () => {
    const before = connected();
    sockets.current.handlers.onDisconnect();
    before.sendText('断网时写的');
    const after = connected();
    expect(after.state.get().outbox).toHaveLength(1);
    expect(sockets.current.last.data).toMatchObject({ message: '断网时写的', client_id: 'message-1' });
  });

  it('sends again under the same id when the connection broke before the acknowledgement', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.handlers.onDisconnect();
    sockets.current.last.lose();
    await settle();
    expect(chat.state.get().outbox).toMatchObject([{ state: 'waiting' }]);
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(3));
    expect(sockets.current.requests).toHaveLength(2);
    expect(sockets.current.last.data.client_id).toBe('message-1');
  });

  it('does not send again what the history shows as arrived', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.handlers.onDisconnect();
    sockets.current.last.lose();
    await settle();
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(4, [{ id: 4, author: 'user', client_id: 'message-1' }]));
    expect(sockets.current.requests).toHaveLength(1);
    expect(chat.state.get().outbox).toEqual([]);
  });

  it('says that it failed when acknowledgements do not come, and sends again when asked', async () => {
    const chat = connected();
    chat.sendText('在吗');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      sockets.current.last.lose();
      await settle();
    }
    expect(sockets.current.requests).toHaveLength(3);
    expect(chat.state.get().outbox).toMatchObject([{ state: 'failed', retryable: true }]);
    expect(sockets.current.reconnects).toBe(1);
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(3));
    expect(sockets.current.requests).toHaveLength(3);
    chat.retry('message-1');
    expect(sockets.current.last.data.client_id).toBe('message-1');
    expect(sockets.current.requests).toHaveLength(4);
  });

  it('shows what the gateway says against it and goes on with the next', async () => {
    const chat = connected();
    chat.sendText('太长的话');
    chat.sendText('下一句');
    sockets.current.last.acknowledge({ ok: false, error: { code: 'too_long', message: '太长了，请分几次发' } });
    await settle();
    expect(chat.state.get().outbox[0]).toMatchObject({
      state: 'failed',
      error: '太长了，请分几次发',
      retryable: false,
    });
    expect(sockets.current.last.data).toMatchObject({ message: '下一句' });
    expect(chat.discard('message-1')).toBe('太长的话');
  });

  it('asks for a new session when the token is refused while sending, and sends then', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.last.acknowledge({ ok: false, error: { code: 'bad_token', message: '会话已失效' } });
    await settle();
    expect(sockets.current.lastEmitted).toEqual({ last_id: null });
    sockets.current.receive('session_confirm', confirm(1, [{ id: 1 }], { session_id: 'token-2' }));
    expect(sockets.current.last.data).toMatchObject({ message: '在吗', client_id: 'message-1' });
    expect(chat.state.get().phase).toBe('online');
  });

  it('waits as long as the gateway asks when it was too fast, and keeps the order', async () => {
    vi.useFakeTimers();
    try {
      const chat = connected();
      chat.sendText('一');
      const error = { code: 'rate_limited', message: '请过5秒再发', retry_after: 5 };
      sockets.current.last.acknowledge({ ok: false, error });
      await settle();
      chat.sendText('二');
      expect(chat.state.get().outbox[0]).toMatchObject({ state: 'waiting', error: '请过5秒再发' });
      expect(sockets.current.requests).toHaveLength(1);
      vi.advanceTimersByTime(5_000);
      await settle();
      expect(sockets.current.requests).toHaveLength(2);
      expect(sockets.current.last.data).toMatchObject({ message: '一', client_id: 'message-1' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('survives an answer that is nonsense', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.last.acknowledge('???');
    await settle();
    expect(chat.state.get().outbox).toMatchObject([{ state: 'failed', retryable: true }]);
  });
});

describe('pictures', () => {
  it('uploads, then sends a message with the picture', async () => {
    answers = [{ path: 'attachments', body: { id: 'image-1' }, status: 201 }];
    const chat = connected();
    chat.sendImage(new Blob(['x'], { type: 'image/png' }), '截图.png');
    await vi.waitFor(() => expect(sockets.current.requests).toHaveLength(1), ENOUGH);
    expect(sockets.current.last.data).toEqual({
      message: '',
      client_id: 'message-1',
      kind: 'text',
      attachment_id: 'image-1',
    });
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 4, author: 'user', client_id: 'message-1' }) });
    await settle();
    expect(chat.state.get()).toMatchObject({ uploads: [], outbox: [] });
  });

  it('shows why one was refused', async () => {
    answers = [{ path: 'attachments', body: { code: 'attachment_type', message: '请发送图片' }, status: 415 }];
    const chat = connected();
    chat.sendImage(new Blob(['x']), 'a.png');
    await vi.waitFor(
      () =>
        expect(chat.state.get().uploads).toMatchObject([{ state: 'failed', error: '请发送图片', retryable: false }]),
      ENOUGH,
    );
    chat.discard('message-1');
    expect(chat.state.get().uploads).toEqual([]);
  });

  it('waits for the connection', async () => {
    const chat = connected();
    sockets.current.handlers.onDisconnect();
    chat.sendImage(new Blob(['x']), 'a.png');
    expect(chat.state.get().uploads).toMatchObject([{ state: 'waiting' }]);
    answers = [{ path: 'attachments', body: { id: 'image-1' }, status: 201 }];
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(3));
    await vi.waitFor(() => expect(sockets.current.requests).toHaveLength(1), ENOUGH);
  });
});

describe('what others write', () => {
  it('counts as unread until it is seen, and is told once', () => {
    const chat = connected();
    chat.markRead();
    sockets.current.receive('message', wire({ id: 4, author: 'agent', text: '好了吗？' }));
    sockets.current.receive('message', wire({ id: 4, author: 'agent', text: '好了吗？' }));
    expect(chat.unread).toBe(1);
    expect(heard.map(({ text }) => text)).toEqual(['好了吗？']);
    chat.markRead();
    expect(chat.unread).toBe(0);
    expect(stored('read')).toBe('4');
  });

  it('shows what the user wrote in another tab, and does not count it', () => {
    const chat = connected();
    chat.markRead();
    sockets.current.receive('message', wire({ id: 4, author: 'user', text: '别的标签页' }));
    expect(ids(chat)).toEqual([1, 2, 3, 4]);
    expect(chat.unread).toBe(0);
    expect(heard).toEqual([]);
  });

  it('ends the typing indicator', () => {
    const chat = connected();
    sockets.current.receive('bot_typing', { typing: true });
    expect(chat.state.get().typing).toBe('bot');
    sockets.current.receive('message', wire({ id: 4, author: 'bot', text: '来了' }));
    expect(chat.state.get().typing).toBeNull();
  });

  it('is read in another tab, too', () => {
    const chat = connected();
    memory.setItem(storageKey('demo', 'read'), '3');
    chat.onStorageChanged(storageKey('demo', 'read'));
    expect(chat.unread).toBe(0);
  });
});

describe('history', () => {
  it('fetches what was said before', async () => {
    const chat = connected(60, [{ id: 59 }, { id: 60 }]);
    expect(chat.state.get().hasEarlier).toBe(true);
    answers = [
      { path: 'messages?after=8&limit=50', body: { messages: [wire({ id: 57 }), wire({ id: 58 })] }, status: 200 },
    ];
    await chat.loadEarlier();
    expect(ids(chat)).toEqual([57, 58, 59, 60]);
  });

  it('can be asked for again after a failure', async () => {
    const chat = connected(60, [{ id: 60 }]);
    await chat.loadEarlier();
    expect(chat.state.get()).toMatchObject({ hasEarlier: true, loadingEarlier: false });
  });
});

describe('proof', () => {
  const ended = {
    url: 'https://chat.example/api/v1/sessions',
    method: 'DELETE',
    headers: { Authorization: 'Bearer token-1' },
  };

  it('of a user goes with the token', async () => {
    const chat = connected(60, [{ id: 60 }]);
    chat.setUser({ id: '爱丽丝', hash: 'abc', attributes: '1.ab.{"level":"金卡"}' });
    sockets.current.handlers.onConnect();
    expect(sockets.current.emitted[0]?.data).toMatchObject({
      user: { id: '爱丽丝', hash: 'abc', attributes: '1.ab.{"level":"金卡"}' },
    });
    sockets.current.receive('session_confirm', confirm(60, [{ id: 60 }], { identity: 'user', session_id: 'token-2' }));
    await chat.loadEarlier();
    expect(requests.at(-1)?.headers).toEqual({
      Authorization: 'Bearer token-2',
      'X-User-ID': encodeURIComponent('爱丽丝'),
      'X-User-Hash': 'abc',
    });
  });

  it('is void after signing out', () => {
    connected().reset();
    expect(requests).toEqual([ended]);
    expect(stored('token')).toBeNull();
  });

  it('is not asked for again by the other tabs', () => {
    const chat = connected();
    sockets.current.receive('session_closed', { reason: 'signed_out' });
    expect(chat.state.get().phase).toBe('closed');
    expect(ids(chat)).toEqual([]);
  });
});

describe('another user', () => {
  it('gets a connection and a conversation of their own', () => {
    const chat = connected();
    const before = sockets.current;
    before.handlers.onDisconnect();
    chat.sendText('这是访客写的');
    chat.setUser({ id: 'alice', hash: 'abc' });
    expect(before.closed).toBe(true);
    expect(ids(chat)).toEqual([]);
    expect(chat.state.get()).toMatchObject({ outbox: [], era: 1 });
    sockets.current.handlers.onConnect();
    // The gateway closes the session of that token.
    expect(sockets.current.lastEmitted).toEqual({
      session_id: 'token-1',
      last_id: null,
      user: { id: 'alice', hash: 'abc' },
    });
    before.receive('message', wire({ id: 4, author: 'bot', text: '给访客的' }));
    expect(ids(chat)).toEqual([]);
  });

  it('is the same user on the next page, with everything as it was', () => {
    const first = connected();
    first.setUser({ id: 'alice', hash: 'abc' });
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(1, [{ id: 1 }], { identity: 'user', session_id: 'token-2' }));
    const second = open();
    second.setUser({ id: 'alice', hash: 'abc' });
    second.start();
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toMatchObject({ session_id: 'token-2' });
  });

  it('is not met by what a user who is not vouched for any more has left', () => {
    memory.setItem(storageKey('demo', 'user'), 'alice');
    memory.setItem(storageKey('demo', 'token'), 'token-of-alice');
    const chat = open();
    chat.start();
    chat.sendText('给爱丽丝的');
    sockets.current.handlers.onConnect();
    sockets.current.receive('session_confirm', confirm(0, [], { session_id: 'token-of-a-visitor' }));
    expect(chat.state.get().outbox.map(({ message }) => message)).toEqual(['/session_start']);
    expect(stored('user')).toBeNull();
    expect(stored('token')).toBe('token-of-a-visitor');
  });

  it('takes the screen from the one before when another tab tells of them', () => {
    const chat = connected();
    const { current } = sockets;
    memory.setItem(storageKey('demo', 'user'), 'bob');
    chat.onStorageChanged(storageKey('demo', 'user'));
    expect(current.closed).toBe(true);
    expect(ids(chat)).toEqual([]);
    expect(chat.state.get().phase).toBe('closed');
  });

  it('takes the screen from the one before when the gateway tells of them', () => {
    const chat = connected();
    sockets.current.receive('session_closed', { reason: 'identity_changed' });
    expect(ids(chat)).toEqual([]);
    expect(chat.state.get().phase).toBe('closed');
    chat.setUser({ id: 'bob', hash: 'abc' });
    expect(chat.state.get().phase).toBe('connecting');
  });

  it('leaves nothing behind when signing out', () => {
    const chat = connected();
    chat.setUser({ id: 'alice', hash: 'abc' });
    chat.reset();
    for (const name of ['token', 'user', 'read', 'outbox'] as const) expect(stored(name)).toBeNull();
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toEqual({ last_id: null });
  });

  it('warns the developer of a site key that nobody knows', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    connected();
    sockets.current.receive('session_error', { code: 'site_unknown', message: '还没有接入客服' });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('site_unknown'));
    warn.mockRestore();
  });

  it('lets a visitor in after a user whose hash was wrong has signed out', () => {
    const chat = connected();
    chat.setUser({ id: 'eve', hash: 'wrong' });
    sockets.current.receive('session_error', { code: 'identity_wrong', message: '请重新登录' });
    expect(chat.state.get().phase).toBe('refused');
    chat.reset();
    expect(chat.state.get()).toMatchObject({ phase: 'connecting', refusal: null });
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toEqual({ last_id: null });
  });

  it('begins a new conversation after the session has expired', () => {
    const chat = connected();
    sockets.current.receive('session_closed', { reason: 'expired' });
    expect(ids(chat)).toEqual([]);
    sockets.current.handlers.onConnect();
    expect(sockets.current.lastEmitted).toEqual({ last_id: null });
  });
});

describe('a gateway that stands still', () => {
  const asked = (): number => sockets.current.requests.filter(({ name }) => name === 'typing').length;

  async function silence(): Promise<void> {
    await vi.advanceTimersByTimeAsync(PATIENCE);
    await settle();
  }

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is left when it does not acknowledge, and what was sent goes over the next line', async () => {
    const chat = connected();
    chat.sendText('在吗');
    await silence();
    expect(asked()).toBe(1);
    sockets.current.last.lose();
    await settle();
    expect(sockets.current.reconnects).toBe(1);
    expect(chat.state.get()).toMatchObject({ phase: 'offline', outbox: [{ message: '在吗', state: 'waiting' }] });
  });

  it('is left when it has acknowledged and the answer does not come', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 4, author: 'user', client_id: 'message-1' }) });
    await settle();
    await silence();
    sockets.current.last.lose();
    await settle();
    expect(sockets.current.reconnects).toBe(1);
    expect(chat.state.get().outbox).toEqual([]);
  });

  it('is not asked once the bot has answered, nor while an agent takes their time', async () => {
    const chat = connected();
    chat.sendText('在吗');
    sockets.current.last.acknowledge({ ok: true, message: wire({ id: 4, author: 'user', client_id: 'message-1' }) });
    await settle();
    sockets.current.receive('message', wire({ id: 5 }));
    await silence();
    expect(asked()).toBe(0);
    sockets.current.receive('support_changed', {
      available: true,
      enabled: true,
      owner: 'agent',
      ticket: null,
      agent: null,
    });
    sockets.current.receive('message', wire({ id: 6, author: 'user' }));
    await silence();
    expect(asked()).toBe(0);
  });
});
