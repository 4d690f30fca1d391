import { describe, expect, it } from 'vitest';
import { checkEvent, checkModel } from './payloads.ts';

const PAGE = { messages: [], has_more: false };

describe('payloads of the mock server', () => {
  it('pass if the gateway could send them', () => {
    expect(() => checkModel('MessagePage', PAGE)).not.toThrow();
    expect(() => checkEvent('WidgetEvents', 'bot_typing', { typing: true })).not.toThrow();
  });

  it.each([
    ['a field that is missing', { messages: [] }],
    ['a field that the model does not have', { ...PAGE, next: 1 }],
    ['a field of another type', { ...PAGE, has_more: 'no' }],
    ['a list', [PAGE]],
  ])('are refused with %s', (_, data) => {
    expect(() => checkModel('MessagePage', data)).toThrow('MessagePage does not fit the protocol');
  });

  it('are refused for events that there are not', () => {
    expect(() => checkEvent('WidgetEvents', 'ticket_changed', {})).toThrow('no event ticket_changed');
  });

  it('are checked one by one in a list', () => {
    expect(() => checkModel('CannedReply[]', [])).not.toThrow();
    expect(() => checkModel('CannedReply[]', [{}])).toThrow();
  });
});
