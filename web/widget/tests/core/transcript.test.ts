import { describe, expect, it } from 'vitest';
import { readMessage, type Author, type Message } from '../../src/core/protocol.ts';
import { readSupport, type Support } from '../../src/core/support.ts';
import { EMPTY_TRANSCRIPT, hasGap, withMessages } from '@uwallet/shared/transcript.ts';
import {
  answerKind,
  answerStart,
  givenRating,
  isVisible,
  offeredButtons,
  offeringMessage,
  offeringMessages,
  usefulButtons,
} from '../../src/core/transcript.ts';
import { QUEUED, SERVED, wireSupport } from './support_fixture.ts';

function message(id: number, fields: Record<string, unknown> = {}): Message {
  const { ask, support, ...others } = fields;
  const read = readMessage({ id, author: 'bot', text: '话', created_at: '', metadata: { ask, support }, ...others });
  if (!read) throw new Error('no message');
  return read;
}

const buttons = [{ title: '下一步', payload: '/next_step' }];

describe('withMessages', () => {
  it('keeps messages in order and each once', () => {
    const some = withMessages(EMPTY_TRANSCRIPT, [message(51), message(52)]);
    const more = withMessages(some, [message(54), message(52, { text: '新' })]);
    expect(more.messages.map(({ id, text }) => [id, text])).toEqual([
      [51, '话'],
      [52, '新'],
      [54, '话'],
    ]);
    expect([more.completeTo, hasGap(more)]).toEqual([52, true]);
    const whole = withMessages(more, [message(53)]);
    expect([whole.completeTo, hasGap(whole)]).toEqual([54, false]);
  });

  it('does not take earlier messages for a gap', () => {
    const some = withMessages(EMPTY_TRANSCRIPT, [message(51), message(52)]);
    expect(hasGap(withMessages(some, [message(49), message(50)]))).toBe(false);
  });
});

describe('offeringMessage', () => {
  it('is the newest message with buttons since the user wrote', () => {
    const list = [message(1, { buttons }), message(2, { author: 'user' }), message(3, { buttons }), message(4)];
    expect(offeringMessage(list)?.id).toBe(3);
  });

  it('is none once the user has answered', () => {
    expect(offeringMessage([message(1, { buttons }), message(2, { author: 'user' })])).toBeNull();
  });
});

describe('the buttons of a turn', () => {
  const offers = (...list: Message[]): string[] =>
    offeredButtons(offeringMessages(list), null).map(({ title }) => title);
  const human = [
    { title: '转人工', payload: '/human_handoff' },
    { title: '下一步', payload: '/next_step' },
  ];

  it("are those of all its messages, the newest message's first, each once", () =>
    expect(offers(message(1, { buttons: human }), message(2, { buttons }), message(3))).toEqual(['下一步', '转人工']));

  it('are none of an earlier turn, nor of the time before an agent spoke', () => {
    expect(offers(message(1, { buttons: human }), message(2, { author: 'user' }), message(3, { buttons }))).toEqual([
      '下一步',
    ]);
    expect(offers(message(1, { buttons }), message(2, { author: 'agent' }), message(3, { author: 'system' }))).toEqual(
      [],
    );
  });
});

describe('answerStart', () => {
  it('is the first message of an answer, also when it comes in parts', () => {
    const list = [message(1, { author: 'user' }), message(2), message(3, { author: 'system' })];
    expect(answerStart(list, 1)).toBe(2);
  });

  it('is the first that is new, and the last of an agent', () => {
    expect(answerStart([message(1), message(2), message(3)], 1)).toBe(2);
    expect(answerStart([message(1, { author: 'agent' }), message(2, { author: 'agent' })], 0)).toBe(2);
  });

  it('is none once the user has written', () =>
    expect(answerStart([message(1), message(2, { author: 'user' })], 0)).toBe(0));
});

it('does not show that a greeting was asked for', () => {
  expect(isVisible(message(1, { author: 'user', text: '' }))).toBe(false);
  expect(isVisible(message(1, { author: 'user', text: '', attachment: { url: '/a' } }))).toBe(true);
});

describe('answerKind', () => {
  it('asks of no greeting and no notice whether it has helped', () => {
    const said = (response: string): Message => message(1, { metadata: { response } });
    expect(answerKind([said('utter_answer')], 0)).toBe('newest');
    expect(answerKind([said('utter_greet')], 0)).toBeNull();
    expect(answerKind([said('utter_notice')], 0)).toBeNull();
  });
});

describe('usefulButtons', () => {
  const support = (state: Record<string, unknown>): Support | null => readSupport(state);
  const payloads = [
    '/support_leave_queue',
    '/support_keep_waiting',
    '/support_leave_message',
    '/support_rate{"ticket": "T1", "rating": 5}',
    '/next_step',
  ];
  const offers = (told: string | null, state: Support | null, author: Author = 'system'): string[] =>
    usefulButtons(
      message(1, { author, support: told, buttons: payloads.map((payload) => ({ title: payload, payload })) }),
      state,
    ).map(({ payload }) => payload);

  it('are all of them with a gateway without human support', () => expect(offers(null, null)).toEqual(payloads));

  it('are not those that the window has elsewhere', () =>
    expect(offers('queued', support(QUEUED))).toEqual(['/support_keep_waiting', '/next_step']));

  it('let the user leave the queue when it takes too long', () =>
    expect(offers('timeout', support({ ...QUEUED, can_leave_message: true }))).toEqual([
      '/support_leave_queue',
      '/support_keep_waiting',
      '/support_leave_message',
      '/next_step',
    ]));

  it('are not those whose time is over', () => {
    expect(offers('timeout', support(wireSupport()))).toEqual(['/next_step']);
    expect(offers('timeout', support(SERVED))).toEqual(['/next_step']);
  });

  it("are not the bot's while an agent speaks", () => {
    expect(offers(null, support(SERVED), 'bot')).toEqual([]);
    expect(offers(null, support(QUEUED), 'bot')).toContain('/next_step');
  });
});

describe('givenRating', () => {
  const scale = ['1', '2', '3'].map((title) => ({ title, payload: `/thank${title}` }));
  const asked = message(1, { buttons: scale, ask: 'rating' });

  it('is the point of the scale that the user has answered with, pressed or typed', () => {
    const list = [asked, message(2, { author: 'system' }), message(3, { author: 'user', text: ' 2 ' })];
    expect(givenRating(list, 2)).toEqual({ rating: 2, max: 3 });
  });

  it.each([
    ['another answer', [asked, message(2, { author: 'user', text: '还行' })], 1],
    ['a number that nobody asked for', [message(1, { buttons: scale }), message(2, { author: 'user', text: '2' })], 1],
    [
      'the second answer',
      [asked, message(2, { author: 'user', text: '2' }), message(3, { author: 'user', text: '3' })],
      2,
    ],
    ['the question', [asked], 0],
  ])('is not %s', (_, list, index) => expect(givenRating(list, index)).toBeNull());
});
