import { describe, expect, it } from 'vitest';
import { timelineOf, type TimelineItem } from '../../src/core/timeline.ts';
import type { TicketEvent } from '../../src/core/protocol.ts';
import { message } from './fakes.ts';

function outline(items: readonly TimelineItem[]): string[] {
  return items
    .filter(({ type }) => type !== 'time')
    .map((item) => {
      if (item.type === 'message') return `${item.message.author} ${item.message.id}`;
      if (item.type === 'part') return `-- ${item.part}`;
      return item.type === 'event' ? `event ${item.event.kind}` : '';
    });
}

function event(second: number, kind: string): TicketEvent {
  const at = new Date(Date.UTC(2026, 10, 23, 6, 0, second)).toISOString();
  return { at, kind, actor: { kind: 'agent', id: 1, name: 'x' }, details: {} };
}

describe('a conversation', () => {
  it("marks the bot's part and the human's, as often as they change", () => {
    const said = (support: string) => ({ author: 'system' as const, metadata: { support } });
    const items = timelineOf(
      [
        message(1),
        message(2, { author: 'bot' }),
        message(3, said('queued')),
        message(4, said('claimed')),
        message(5, { author: 'agent' }),
        message(6),
        message(7, said('returned_to_bot')),
        message(8),
        message(9, { author: 'bot' }),
      ],
      [],
    );
    expect(outline(items)).toEqual([
      '-- bot',
      'user 1',
      'bot 2',
      'system 3',
      '-- human',
      'system 4',
      'agent 5',
      'user 6',
      'system 7',
      '-- bot',
      'user 8',
      'bot 9',
    ]);
  });

  it('puts notes where they were written, and leaves out what the user was told anyway', () => {
    const items = timelineOf(
      [message(1), message(4, { author: 'agent' })],
      [event(9, 'note'), event(2, 'transferred'), event(3, 'claimed'), event(0, 'note')],
    );
    expect(outline(items)).toEqual(['-- bot', 'user 1', 'event transferred', '-- human', 'agent 4', 'event note']);
  });

  it('shows neither the request to be greeted nor anything else that is hidden', () => {
    const items = timelineOf(
      [message(1, { text: '/session_start' }), message(2, { metadata: { hidden: true } }), message(3, { text: '' })],
      [],
    );
    expect(items).toEqual([]);
  });

  it('has no key twice', () => {
    const items = timelineOf([message(1), message(2, { author: 'bot' })], [event(5, 'note'), event(6, 'note')]);
    const keys = items.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
