/** What the user says of single answers: 赞 or 踩, and why. */

import { fields } from '@uwallet/shared/wire.ts';
import type { ChatSocket } from './connection.ts';
import { readMessage, type Feedback, type Message } from './protocol.ts';
import { ACKNOWLEDGEMENT_TIMEOUT } from './sender.ts';

export interface FeedbackOptions {
  /** Returns the socket, if something can be sent over it now. */
  line: () => ChatSocket | null;
  /** The answer, with what was said of it. */
  onChange: (message: Message) => void;
}

/** Tells the gateway; the answer shows what has come of it. */
export class FeedbackActions {
  constructor(private readonly options: FeedbackOptions) {}

  /** Says something of an answer in place of what was said before; null takes it back. Returns whether it was kept. */
  async give(message_id: number, feedback: Feedback | null): Promise<boolean> {
    const line = this.options.line();
    if (!line) return false;
    const { helpful, reasons, comment } = feedback ?? { helpful: null, reasons: [], comment: '' };
    let answer: unknown;
    try {
      const data = { message_id, helpful, reasons, ...(comment === '' ? {} : { comment }) };
      answer = await line.request('give_feedback', data, ACKNOWLEDGEMENT_TIMEOUT);
    } catch {
      return false;
    }
    const message = readMessage(fields(answer).message);
    if (fields(answer).ok !== true || !message) return false;
    if (this.options.line() === line) this.options.onChange(message);
    return true;
  }
}
