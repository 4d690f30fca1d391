/** The messages of a conversation as far as they are known, in order. */

import type { Message } from './protocol.ts';

export interface Transcript {
  /** Ascending ids. */
  readonly messages: readonly Message[];
  /** The highest id up to which nothing is missing after the first known message; 0 without any. */
  readonly completeTo: number;
}

export const EMPTY_TRANSCRIPT: Transcript = { messages: [], completeTo: 0 };

/** Returns the transcript with further messages; those known already change nothing but a fresh signed URL. */
export function withMessages(transcript: Transcript, added: readonly Message[]): Transcript {
  if (added.length === 0) return transcript;
  const byId = new Map(transcript.messages.map((message) => [message.id, message]));
  for (const message of added) byId.set(message.id, message);
  const messages = [...byId.values()].sort((a, b) => a.id - b.id);
  return { messages, completeTo: completeTo(messages, transcript.completeTo) };
}

function completeTo(messages: readonly Message[], known: number): number {
  const first = messages[0]?.id ?? 0;
  let last = Math.max(known, first);
  for (const { id } of messages) if (id === last + 1) last = id;
  return last;
}

/** Whether messages are missing between those that are known. */
export function hasGap(transcript: Transcript): boolean {
  return (transcript.messages.at(-1)?.id ?? 0) > transcript.completeTo;
}

/** How many messages after `readId` others wrote. */
export function countUnread(transcript: Transcript, readId: number): number {
  return transcript.messages.filter(({ id, author }) => id > readId && author !== 'user').length;
}

/** Whether a message is worth showing: asking for the greeting is not. */
export function isVisible({ author, text, attachment }: Message): boolean {
  if (attachment !== null) return true;
  return text !== '' && !(author === 'user' && text === '/session_start');
}

/** Returns the newest message whose buttons are still to be shown: none has come from the user since. */
export function offeringMessage(messages: readonly Message[]): Message | null {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message || message.author === 'user') return null;
    if (message.buttons.length > 0) return message;
  }
  return null;
}
