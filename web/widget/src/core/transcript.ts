/** What the widget shows of a transcript. */

import type { Transcript as SharedTranscript } from '@uwallet/shared/transcript.ts';
import type { Author, Message, QuickReply } from './protocol.ts';
import { supportPayload, type Support } from './support.ts';

export type Transcript = SharedTranscript<Message>;

/** How many messages after `readId` others wrote. */
export function countUnread(transcript: Transcript, readId: number): number {
  return transcript.messages.filter(({ id, author }) => id > readId && author !== 'user').length;
}

/**
 * Returns the id of the message that an answer begins with: the first since `readId`, or since the user wrote; of an agent, who
 * may have said much since, the last. 0 if the user wrote last.
 */
export function answerStart(messages: readonly Message[], readId: number): number {
  let start = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message || message.author === 'user') break;
    if (start > 0 && (message.id <= readId || message.author === 'agent')) break;
    start = message.id;
  }
  return start;
}

/** Whether a message is worth showing: asking for the greeting is not. */
export function isVisible({ author, text, attachment }: Message): boolean {
  if (attachment !== null) return true;
  return text !== '' && !(author === 'user' && text === '/session_start');
}

/** Returns the newest message before `end` whose buttons are to be shown there: none has come from the user since. */
export function offeringMessage(messages: readonly Message[], end = messages.length): Message | null {
  for (let index = end - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message || message.author === 'user') return null;
    if (message.buttons.length > 0) return message;
  }
  return null;
}

/** Returns all messages of the newest turn with buttons, the newest first: a notice must not hide what the bot offers. */
export function offeringMessages(messages: readonly Message[]): Message[] {
  let start = messages.length;
  while (start > 0 && !SPEAKERS.includes(messages[start - 1]?.author ?? 'user')) start -= 1;
  const turn = messages.slice(start);
  return turn.filter(({ buttons }) => buttons.length > 0).reverse();
}

/** Returns the buttons to show below the log: those of all messages of the turn, each payload once. */
export function offeredButtons(offering: readonly Message[], support: Support | null): QuickReply[] {
  const byPayload = new Map<string, QuickReply>();
  for (const message of offering) {
    // A greeting and a rating show their buttons themselves.
    if (message.response === GREETING || message.ask === 'rating') continue;
    for (const button of usefulButtons(message, support)) {
      const key = button.payload || button.title;
      if (!byPayload.has(key)) byPayload.set(key, button);
    }
  }
  return [...byPayload.values()];
}

/**
 * Returns the numbers of those steps that the user was shown before the message at `index`, in the same walk through the same
 * procedure. A step that was skipped, as by an answer from the middle of a procedure, is not done.
 */
export function shownSteps(messages: readonly Message[], index: number): ReadonlySet<number> {
  const shown = new Set<number>();
  const current = messages[index]?.progress;
  if (!current) return shown;
  for (const { progress } of messages.slice(0, index)) {
    if (progress?.title !== current.title) continue;
    if (progress.number === 1) shown.clear();
    shown.add(progress.number);
  }
  return shown;
}

/**
 * Whether the message at `index` ends an answer of which the user can say whether it helped: `newest` is the last one of all,
 * null is none.
 */
export function answerKind(messages: readonly Message[], index: number): 'newest' | 'former' | null {
  const message = messages[index];
  const next = messages[index + 1];
  if (message?.author !== 'bot' || next?.author === 'bot') return null;
  if (message.text === '' || OF_THE_WELCOME.has(message.response) || message.ask !== null || message.handoff)
    return null;
  return messages.slice(index + 1).some(({ author }) => author === 'bot') ? 'former' : 'newest';
}

/** What they say ends what was offered before. */
const SPEAKERS: readonly Author[] = ['user', 'agent'];

/** Name of the response that greets. */
export const GREETING = 'utter_greet';

/** Nobody says of these whether they helped. */
const OF_THE_WELCOME: ReadonlySet<string | null> = new Set([GREETING, 'utter_notice']);

/**
 * Returns those buttons of a message that are of use now. Those of the bot are not while an agent speaks; of the gateway's own
 * those are left out that the window has elsewhere, and those whose time is over.
 */
export function usefulButtons({ author, buttons, support: told }: Message, support: Support | null): QuickReply[] {
  if (!support) return buttons;
  if (author === 'bot' && support.owner === 'agent') return [];
  const waits = support.owner === 'queued';
  return buttons.filter(({ payload }) => {
    switch (supportPayload(payload)) {
      case '/support_rate':
        return false;
      case '/support_leave_queue':
        return waits && told === 'timeout';
      case '/support_keep_waiting':
        return waits;
      case '/support_leave_message':
        return support.can_leave_message;
      case null:
        return true;
    }
  });
}

/**
 * Returns which of the buttons of a scale, from 1, the user's message at `index` was the answer to, with how many there are; null
 * if it answers none.
 */
export function givenRating(messages: readonly Message[], index: number): { rating: number; max: number } | null {
  const message = messages[index];
  if (message?.author !== 'user') return null;
  return ratingOf(message.text, offeringMessage(messages, index));
}

/** Returns the same of a text that answers the message that offers something. */
export function ratingOf(text: string, offering: Message | null): { rating: number; max: number } | null {
  if (offering?.ask !== 'rating') return null;
  const rating = offering.buttons.findIndex(({ title }) => title === text.trim()) + 1;
  return rating > 0 ? { rating, max: offering.buttons.length } : null;
}
