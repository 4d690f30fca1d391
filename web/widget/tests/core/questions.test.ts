import { afterEach, expect, it, vi } from 'vitest';
import { Questions, asksForValue, isAskable } from '../../src/core/questions.ts';
import { readMessage, type Message } from '../../src/core/protocol.ts';

afterEach(() => {
  vi.useRealTimers();
});

function gateway(...answers: (object | number)[]): { questions: Questions; asked: string[] } {
  const asked: string[] = [];
  const questions = new Questions(
    'https://chat.example/',
    'demo',
    () => 'zh-TW',
    (url) => {
      asked.push(url);
      const answer = answers.shift() ?? 500;
      if (typeof answer === 'number') return Promise.resolve(new Response('{}', { status: answer }));
      return Promise.resolve(Response.json(answer));
    },
  );
  return { questions, asked };
}

const found = (...texts: string[]): object => ({ questions: texts.map((text) => ({ text, topic: 'any' })) });

it('asks by what is typed and by the site, and reads each question once', async () => {
  const { questions, asked } = gateway(found('忘记密码怎么办', '忘记密码怎么办', ''));
  expect(await questions.like('密码&x')).toEqual(['忘记密码怎么办']);
  expect(asked).toEqual(['https://chat.example/api/v1/associate?q=%E5%AF%86%E7%A0%81%26x&site=demo&lang=zh-TW']);
});

it('asks no more where they are switched off', async () => {
  const { questions, asked } = gateway({ questions: [], enabled: false }, found('忘记密码怎么办'));
  expect(await questions.like('密码')).toEqual([]);
  expect(await questions.like('密码')).toEqual([]);
  expect(asked).toHaveLength(1);
});

it('tells nothing of a failure, and rests a while', async () => {
  vi.useFakeTimers();
  const { questions, asked } = gateway(429, found('忘记密码怎么办'));
  expect(await questions.like('密码')).toEqual([]);
  expect(await questions.like('密码怎')).toEqual([]);
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(30_000);
  expect(await questions.like('密码怎')).toEqual(['忘记密码怎么办']);
});

it('asks once for those asked most, and again after a failure', async () => {
  const { questions, asked } = gateway(503, found('怎么注销账户'), found('别的'));
  expect(await questions.hot()).toEqual([]);
  const once = [{ text: '怎么注销账户', atWelcome: true }];
  expect(await questions.hot()).toEqual(once);
  expect(await questions.hot()).toEqual(once);
  expect(asked).toHaveLength(2);
});

it('reads which stand under the greeting; where nobody says so, the first', async () => {
  const told = { questions: [{ text: '甲', at_welcome: false }, { text: '乙', at_welcome: true }, { text: '甲' }, 3] };
  expect(await gateway(told).questions.hot()).toEqual([
    { text: '甲', atWelcome: false },
    { text: '乙', atWelcome: true },
  ]);
  const untold = await gateway(found('一', '二', '三', '四')).questions.hot();
  expect(untold.map(({ atWelcome }) => atWelcome)).toEqual([true, true, true, false]);
});

it.each([
  ['密码', true],
  ['zfsb', true],
  ['密', false],
  ['长'.repeat(41), false],
  ['一行\n两行', false],
  ['我的手机号是138', true],
  ['13800138000', false],
  ['１３８００', false],
  ['订单 20261128 付款失败', false],
  ['me@example.com', false],
])('puts %j into an address: %s', (typed, askable) => expect(isAskable(typed)).toBe(askable));

function message(author: string, metadata: object = {}): Message {
  const read = readMessage({ id: 1, author, text: '…', metadata });
  if (!read) throw new Error('no message');
  return read;
}

it.each<[string, Message[], boolean]>([
  ['nothing', [], false],
  ['an answer', [message('bot', { response: 'utter_step' })], false],
  ['a choice', [message('bot', { ask: 'choice' })], false],
  ['a rating', [message('bot', { ask: 'rating' })], true],
  ['a contact', [message('bot', { ask: 'contact' }), message('system')], true],
  ['a detail', [message('bot', { response: 'utter_ask_detail' })], true],
  ['a detail that was answered', [message('bot', { response: 'utter_ask_detail' }), message('user')], false],
])('knows whether a value is asked for: %s', (_, messages, asked) => expect(asksForValue(messages)).toBe(asked));
