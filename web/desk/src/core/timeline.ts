/** What a conversation looks like from top to bottom: messages, notes between them, and whose part it is. Pure. */

import { needsTime } from '@uwallet/shared/time.ts';
import type { Message, TicketEvent } from './protocol.ts';

/** Whose part of a conversation it is: the bot's own, or one in which a human serves. */
export type Part = 'bot' | 'human';

export type TimelineItem =
  | { type: 'message'; key: string; message: Message; part: Part }
  | { type: 'event'; key: string; event: TicketEvent }
  | { type: 'part'; key: string; part: Part }
  | { type: 'time'; key: string; at: string };

/** Events that the user was not told of, and that the agent is to see where they happened. */
const SHOWN_EVENTS: readonly string[] = ['note', 'whisper', 'barged_in', 'transferred', 'assigned', 'requeued'];

/** What the gateway says when a human begins, and when none serves any more. */
const HUMAN_FROM: readonly unknown[] = ['claimed', 'transferred'];
const HUMAN_UNTIL: readonly unknown[] = ['returned_to_bot', 'closed', 'user_left', 'requeued', 'left_queue'];

/** Returns the items in the order in which they are shown. `events` may come in any order. */
export function timelineOf(messages: readonly Message[], events: readonly TicketEvent[]): TimelineItem[] {
  const first = messages.find(isShown)?.created_at;
  const notes = events
    .filter(
      ({ kind, at }) => SHOWN_EVENTS.includes(kind) && first !== undefined && !(Date.parse(at) < Date.parse(first)),
    )
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const items: TimelineItem[] = [];
  // Whose part it is, and which one was announced last.
  let part: Part = 'bot';
  let announced: Part | null = null;
  let previous: string | null = null;
  const addTime = (at: string, key: string): void => {
    if (needsTime(at, previous)) items.push({ type: 'time', key: `time-${key}`, at });
    previous = at;
  };
  const addNotes = (until: number): void => {
    for (let event = notes[0]; event && Date.parse(event.at) < until; event = notes[0]) {
      notes.shift();
      const key = `event-${event.at}-${event.kind}`;
      addTime(event.at, key);
      items.push({ type: 'event', key, event });
    }
  };
  for (const message of messages) {
    part = partOf(message, part);
    if (!isShown(message)) continue;
    addNotes(Date.parse(message.created_at));
    if (part !== announced) items.push({ type: 'part', key: `part-${message.id}`, part });
    announced = part;
    addTime(message.created_at, String(message.id));
    items.push({ type: 'message', key: `message-${message.id}`, message, part });
    if (ends(message)) part = 'bot';
  }
  addNotes(Infinity);
  return items;
}

/** Whether a message is worth showing: asking for the greeting is not. */
export function isShown({ author, text, attachment, metadata }: Message): boolean {
  if (metadata.hidden === true) return false;
  return attachment !== null || (text !== '' && !(author === 'user' && text === '/session_start'));
}

function partOf(message: Message, before: Part): Part {
  if (message.author === 'agent') return 'human';
  if (message.author === 'bot') return 'bot';
  if (message.author === 'system' && HUMAN_FROM.includes(message.metadata.support)) return 'human';
  return before;
}

function ends(message: Message): boolean {
  return message.author === 'system' && HUMAN_UNTIL.includes(message.metadata.support);
}
