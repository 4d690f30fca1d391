/** What the widget shows of a transcript. */

import type { Transcript as SharedTranscript } from '@uwallet/shared/transcript.ts';
import type { Message, QuickReply } from './protocol.ts';
import { supportPayload, type Support } from './support.ts';

export type Transcript = SharedTranscript<Message>;

/** How many messages after `readId` others wrote. */
export function countUnread(transcript: Transcript, readId: number): number {
  return transcript.messages.filter(({ id, author }) => id > readId && author !== 'user').length;
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
