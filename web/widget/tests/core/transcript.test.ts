import { describe, expect, it } from 'vitest';
import { readMessage, type Message } from '../../src/core/protocol.ts';
import { EMPTY_TRANSCRIPT, hasGap, isVisible, offeringMessage, withMessages } from '../../src/core/transcript.ts';

function message(id: number, fields: Record<string, unknown> = {}): Message {
  const read = readMessage({ id, author: 'bot', text: '话', created_at: '', ...fields });
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

it('does not show that a greeting was asked for', () => {
  expect(isVisible(message(1, { author: 'user', text: '' }))).toBe(false);
  expect(isVisible(message(1, { author: 'user', text: '', attachment: { url: '/a' } }))).toBe(true);
});
