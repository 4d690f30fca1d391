import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../src/core/api.ts';
import { Chat, TYPING_INTERVAL, TYPING_LIFETIME } from '../../src/core/chat.ts';
import { STALE_AFTER } from '../../src/core/outbox.ts';
import type { Message } from '../../src/core/protocol.ts';
import { FakeGateway, memoryStorage, message, UNREACHABLE } from './fakes.ts';

let gateway: FakeGateway;
let heard: number[];
let ids: number;

function makeChat(storage = memoryStorage()): Chat {
  return new Chat({
    ticketId: 7,
    gateway,
    storage,
    now: Date.now,
    newId: () => `client-${(ids += 1)}`,
    onMessage: ({ id }) => heard.push(id),
  });
}

function shown(chat: Chat): number[] {
  return chat.state.getState().transcript.messages.map(({ id }) => id);
}

function say(text: string): Message {
  const stored = message(gateway.stored.length + 1, { text });
  gateway.stored.push(stored);
  return stored;
}

beforeEach(() => {
  vi.useFakeTimers();
  gateway = new FakeGateway();
  heard = [];
  ids = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

describe('catching up', () => {
  it('shows the newest messages first, and earlier ones when asked', async () => {
    for (let index = 0; index < 120; index += 1) say('x');
    const chat = makeChat();
    await chat.catchUp();
    expect(shown(chat).at(0)).toBe(71);
    expect(chat.state.getState().hasEarlier).toBe(true);
    expect(heard).toEqual([]);
    await chat.loadEarlier();
    await chat.loadEarlier();
    expect(shown(chat)).toEqual(gateway.stored.map(({ id }) => id));
    expect(chat.state.getState().hasEarlier).toBe(false);
  });

  it('asks for exactly what it missed while the connection was gone', async () => {
    say('one');
    const chat = makeChat();
    await chat.catchUp();
    chat.disconnected();
    gateway.pageSize = 2;
    for (let index = 0; index < 5; index += 1) say('missed');
    gateway.watched = [];
    await chat.catchUp();
    expect(gateway.watched).toEqual([1, 3, 5]);
    expect(shown(chat)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(heard).toEqual([2, 3, 4, 5, 6]);
  });

  it('begins anew where a visitor has become a user, and keeps what is to be sent', async () => {
    for (const text of ['one', 'two']) say(text);
    const chat = makeChat();
    await chat.catchUp();
    chat.markRead();
    gateway.stored = [];
    for (const text of ['of the user before', 'one', 'two']) say(text);
    chat.restart();
    await vi.advanceTimersByTimeAsync(10);
    expect(shown(chat)).toEqual([1, 2, 3]);
    expect(chat.state.getState().transcript.messages[0]?.text).toBe('of the user before');
    expect(chat.markRead()).not.toBeNull();
  });

  it('takes nothing that was asked of the conversation that it was before', async () => {
    for (let index = 0; index < 60; index += 1) say('of the visitor');
    const chat = makeChat();
    await chat.catchUp();
    const earlier = chat.loadEarlier();
    gateway.stored = [];
    for (let index = 0; index < 70; index += 1) say('of the user');
    chat.restart();
    await earlier;
    await vi.advanceTimersByTimeAsync(10);
    expect(new Set(chat.state.getState().transcript.messages.map(({ text }) => text))).toEqual(
      new Set(['of the user']),
    );
    expect(chat.state.getState()).toMatchObject({ loadingEarlier: false, hasEarlier: true });
  });

  it('shows what comes twice or in another order once and in order', async () => {
    say('one');
    const chat = makeChat();
    await chat.catchUp();
    const [two, three] = [say('two'), say('three')];
    chat.hear([three]);
    chat.hear([two]);
    chat.hear([three, two]);
    expect(shown(chat)).toEqual([1, 2, 3]);
  });

  it('fetches a message that stays away', async () => {
    say('one');
    const chat = makeChat();
    await chat.catchUp();
    say('lost');
    chat.hear([say('three')]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(shown(chat)).toEqual([1, 2, 3]);
  });

  it('tries again when the gateway is away, and gives up when it refuses', async () => {
    say('one');
    gateway.failures = [UNREACHABLE];
    const chat = makeChat();
    await chat.catchUp();
    expect(chat.state.getState().phase).toBe('offline');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(chat.state.getState().phase).toBe('live');
    gateway.failures = [new ApiError(403, 'forbidden', 'no')];
    await chat.catchUp();
    expect(chat.state.getState()).toMatchObject({ phase: 'failed', error: 'no' });
  });

  it('tries again even if something was sent meanwhile', async () => {
    const chat = makeChat();
    gateway.failures = [UNREACHABLE];
    await chat.catchUp();
    chat.sendText('are you there?');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(chat.state.getState().phase).toBe('live');
  });
});

describe('sending', () => {
  it('keeps the order of writing, whatever is slow', async () => {
    const chat = makeChat();
    await chat.catchUp();
    chat.sendText(' one ');
    chat.sendText('two');
    chat.sendText('three');
    await vi.advanceTimersByTimeAsync(0);
    expect(gateway.stored.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(chat.state.getState().outgoing).toEqual([]);
    expect(shown(chat)).toEqual([1, 2, 3]);
  });

  it('sends again under the same id when the answer is lost, and shows it once', async () => {
    const chat = makeChat();
    await chat.catchUp();
    gateway.loseAnswers = 1;
    chat.sendText('once');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(gateway.said.map(({ client_id }) => client_id)).toEqual(['client-1', 'client-1']);
    expect(gateway.stored).toHaveLength(1);
    expect(shown(chat)).toEqual([1]);
    expect(chat.state.getState().outgoing).toEqual([]);
  });

  it('waits for the next connection after a few attempts', async () => {
    const chat = makeChat();
    await chat.catchUp();
    gateway.failures = Array.from({ length: 4 }, () => UNREACHABLE);
    chat.sendText('later');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(gateway.said).toEqual([]);
    expect(chat.state.getState().outgoing).toHaveLength(1);
    await chat.catchUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(gateway.stored.map(({ text }) => text)).toEqual(['later']);
  });

  it('waits as long as the gateway asks', async () => {
    const chat = makeChat();
    await chat.catchUp();
    gateway.failures = [new ApiError(429, 'rate_limited', 'slow', 20)];
    chat.sendText('patience');
    await vi.advanceTimersByTimeAsync(19_000);
    expect(gateway.said).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(gateway.said).toHaveLength(1);
  });

  it('keeps what is refused, says why, and gives it back', async () => {
    const chat = makeChat();
    await chat.catchUp();
    gateway.failures = [new ApiError(409, 'conflict', 'somebody else has it')];
    chat.sendText('too late');
    await vi.advanceTimersByTimeAsync(0);
    expect(chat.state.getState().outgoing).toMatchObject([{ state: 'blocked', error: 'somebody else has it' }]);
    expect(chat.discard('client-1')).toBe('too late');
    expect(chat.state.getState().outgoing).toEqual([]);
  });

  it('survives a reload; what is old is sent by hand only', async () => {
    const storage = new MemoryStorage();
    gateway.failures = Array.from({ length: 9 }, () => UNREACHABLE);
    const before = makeChat(memoryStorage(1, storage));
    before.sendText('kept');
    await vi.advanceTimersByTimeAsync(20_000);
    before.close();
    gateway.failures = [];

    const after = makeChat(memoryStorage(1, storage));
    await after.catchUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(gateway.stored.map(({ text }) => text)).toEqual(['kept']);

    gateway.failures = Array.from({ length: 9 }, () => UNREACHABLE);
    after.sendText('old');
    await vi.advanceTimersByTimeAsync(STALE_AFTER + 60_000);
    after.close();
    gateway.failures = [];
    const late = makeChat(memoryStorage(1, storage));
    await late.catchUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(late.state.getState().outgoing).toMatchObject([{ text: 'old', state: 'blocked' }]);
    const stored = gateway.stored.length;
    late.retry('client-2');
    await vi.advanceTimersByTimeAsync(0);
    expect(gateway.stored).toHaveLength(stored + 1);
  });

  it('leaves the drafts of another agent alone', async () => {
    const storage = new MemoryStorage();
    gateway.failures = Array.from({ length: 9 }, () => UNREACHABLE);
    makeChat(memoryStorage(1, storage)).sendText('private');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(makeChat(memoryStorage(2, storage)).state.getState().outgoing).toEqual([]);
  });
});

describe('typing and reading', () => {
  it('tells that the agent types at most every few seconds, and once that they stopped', async () => {
    const chat = makeChat();
    await chat.catchUp();
    for (let index = 0; index < 10; index += 1) chat.tellTyping(true);
    expect(gateway.typed).toEqual([true]);
    await vi.advanceTimersByTimeAsync(TYPING_INTERVAL);
    chat.tellTyping(true);
    chat.tellTyping(false);
    chat.tellTyping(false);
    expect(gateway.typed).toEqual([true, true, false]);
  });

  it('believes for a while that the user is typing, until they write', async () => {
    const chat = makeChat();
    await chat.catchUp();
    chat.showTyping(true);
    expect(chat.state.getState().userTyping).toBe(true);
    await vi.advanceTimersByTimeAsync(TYPING_LIFETIME);
    expect(chat.state.getState().userTyping).toBe(false);
    chat.showTyping(true);
    chat.hear([say('done')]);
    expect(chat.state.getState().userTyping).toBe(false);
  });

  it('tells once what has been read, and never goes back', async () => {
    say('one');
    const chat = makeChat();
    expect(chat.markRead()).toBeNull();
    await chat.catchUp();
    expect(chat.markRead()).toBe(gateway.stored[0]?.created_at);
    expect(chat.markRead()).toBeNull();
    expect(gateway.readIds).toEqual([1]);
    chat.noteRead(5);
    chat.noteRead(3);
    expect(chat.state.getState().userReadId).toBe(5);
  });
});
