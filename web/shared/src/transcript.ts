/** The messages of a conversation as far as they are known, in order. */

export interface Transcript<M extends { id: number }> {
  /** Ascending ids. */
  readonly messages: readonly M[];
  /** The highest id up to which nothing is missing after the first known message; 0 without any. */
  readonly completeTo: number;
}

export const EMPTY_TRANSCRIPT: Transcript<never> = { messages: [], completeTo: 0 };

/** Returns the transcript with further messages; those known already change nothing but a fresh signed URL. */
export function withMessages<M extends { id: number }>(transcript: Transcript<M>, added: readonly M[]): Transcript<M> {
  if (added.length === 0) return transcript;
  const byId = new Map(transcript.messages.map((message) => [message.id, message]));
  for (const message of added) byId.set(message.id, message);
  const messages = [...byId.values()].sort((a, b) => a.id - b.id);
  return { messages, completeTo: completeTo(messages, transcript.completeTo) };
}

function completeTo(messages: readonly { id: number }[], known: number): number {
  const first = messages[0]?.id ?? 0;
  let last = Math.max(known, first);
  for (const { id } of messages) if (id === last + 1) last = id;
  return last;
}

/** Whether messages are missing between those that are known. */
export function hasGap(transcript: Transcript<{ id: number }>): boolean {
  return (transcript.messages.at(-1)?.id ?? 0) > transcript.completeTo;
}
