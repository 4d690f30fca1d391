// @vitest-environment node
/** The conversation over a real Socket.IO connection to the mock gateway. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENOUGH } from '../patience.ts';
import { Chat } from '../../src/core/chat.ts';
import { socketIoFactory } from '../../src/core/connection.ts';
import { Gateway } from '../../src/core/gateway.ts';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from '../../src/core/storage.ts';
import { MockGateway } from '../mock_gateway.ts';
import { scriptedBot } from '../scripted_bot.ts';

let gateway: MockGateway;
let chats: Chat[];

function open(memory: MemoryStorage): Chat {
  const chat = new Chat({
    site: 'demo',
    storage: new SiteStorage('demo', memory),
    gateway: new Gateway(gateway.base, fetch),
    connect: socketIoFactory(gateway.base, 'demo'),
  });
  chats.push(chat);
  chat.start();
  return chat;
}

const texts = (chat: Chat): string[] => chat.state.get().transcript.messages.map(({ text }) => text);
const inOrder = (chat: Chat): boolean =>
  chat.state.get().transcript.messages.every(({ id }, index) => id === index + 1);

async function reaches(chat: Chat, text: string): Promise<void> {
  await vi.waitFor(() => expect(texts(chat).some((shown) => shown.includes(text))).toBe(true), ENOUGH);
}

beforeEach(async () => {
  gateway = await MockGateway.start(scriptedBot());
  chats = [];
});
afterEach(async () => {
  for (const chat of chats) chat.stop();
  await gateway.stop();
});

describe('over a real connection', () => {
  it('is greeted, walks through a procedure and has it all after a reload', async () => {
    const memory = new MemoryStorage();
    const chat = open(memory);
    await reaches(chat, '您好');
    chat.press({ title: '忘记密码', payload: '/forgot_password', role: 'normal', offered_by: 2 });
    await reaches(chat, '第1步');
    chat.press({ title: '下一步', payload: '/next_step', role: 'primary', offered_by: 2 });
    await reaches(chat, '第2步');
    expect(chat.state.get().transcript.messages.at(-1)?.progress).toMatchObject({ number: 2, count: 5 });
    const again = open(memory);
    await reaches(again, '第2步');
    expect(texts(again)).toEqual(texts(chat));
    expect(gateway.received.filter(({ message }) => message === '/session_start')).toHaveLength(1);
  });

  it('loses and doubles nothing when the connection breaks again and again', async () => {
    const chat = open(new MemoryStorage());
    await reaches(chat, '您好');
    const written = Array.from({ length: 12 }, (_, index) => `回声${index}号`);
    for (const [index, text] of written.entries()) {
      if (index % 3 === 0) gateway.swallowAcknowledgements = 1;
      chat.sendText(text);
      if (index % 3 === 0) gateway.cut();
      await reaches(chat, text);
    }
    await vi.waitFor(() => expect(chat.state.get().outbox).toEqual([]), ENOUGH);
    const sent = chat.state
      .get()
      .transcript.messages.filter(({ author }) => author === 'user')
      .slice(1);
    expect(sent.map(({ text }) => text)).toEqual(written);
    expect(inOrder(chat)).toBe(true);
  });

  it('gets what was said while it was away', async () => {
    const chat = open(new MemoryStorage());
    await reaches(chat, '您好');
    const [token = ''] = gateway.conversations.keys();
    gateway.cut();
    gateway.say(token, { author: 'agent', text: '我是人工客服小李' }, false);
    await reaches(chat, '小李');
    expect(inOrder(chat)).toBe(true);
  });

  it('keeps two tabs in step', async () => {
    const memory = new MemoryStorage();
    const one = open(memory);
    await reaches(one, '您好');
    const two = open(memory);
    await reaches(two, '您好');
    one.sendText('回声一');
    two.sendText('回声二');
    for (const chat of [one, two]) {
      await reaches(chat, '回声一');
      await reaches(chat, '回声二');
      await vi.waitFor(() => expect(chat.state.get().transcript.messages).toHaveLength(6), ENOUGH);
      expect(inOrder(chat)).toBe(true);
    }
    expect(texts(one)).toEqual(texts(two));
  });

  it('is told why it may not connect', async () => {
    gateway.refusal = { code: 'identity_required', message: '请先登录' };
    const chat = open(new MemoryStorage());
    await vi.waitFor(
      () => expect(chat.state.get()).toMatchObject({ phase: 'refused', refusal: { code: 'identity_required' } }),
      ENOUGH,
    );
  });
});
