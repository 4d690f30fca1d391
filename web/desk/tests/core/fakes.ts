/** What tests of the core are made with. */

import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { ApiError } from '../../src/core/api.ts';
import type { ChatGateway } from '../../src/core/chat.ts';
import type { Message, Page, WatchResult } from '../../src/core/protocol.ts';
import { DeskStorage } from '../../src/core/storage.ts';

export function memoryStorage(owner = 1, storage = new MemoryStorage()): DeskStorage {
  return new DeskStorage(owner, storage);
}

export function message(id: number, fields: Partial<Message> = {}): Message {
  return {
    id,
    author: 'user',
    text: `message ${id}`,
    buttons: [],
    attachment: null,
    metadata: {},
    created_at: new Date(Date.UTC(2026, 10, 23, 6, 0, id)).toISOString(),
    in_reply_to: null,
    client_id: null,
    ...fields,
  };
}

/** A conversation of the gateway: stores what is said, and fails as it is told to. */
export class FakeGateway implements ChatGateway {
  stored: Message[] = [];
  said: { text?: string; attachment_id?: string; client_id: string }[] = [];
  watched: number[] = [];
  typed: boolean[] = [];
  readIds: number[] = [];
  pageSize = 50;
  /** What the next requests fail with, first one first; null lets one pass. */
  failures: (ApiError | null)[] = [];
  /** The answer is lost after the message has been stored. */
  loseAnswers = 0;

  messages = (_: number, query: { before?: number; limit: number }): Promise<Page> => {
    const found = this.stored.filter(({ id }) => id < (query.before ?? Infinity));
    return this.answer({ messages: found.slice(-query.limit), has_more: found.length > query.limit });
  };

  watch = (_: number, after: number): Promise<WatchResult> => {
    this.watched.push(after);
    const found = this.stored.filter(({ id }) => id > after);
    return this.answer({
      messages: found.slice(0, this.pageSize),
      has_more: found.length > this.pageSize,
      user_read_id: 0,
    });
  };

  say = async (_: number, body: { text?: string; client_id: string }): Promise<Message> => {
    await this.answer(null);
    this.said.push(body);
    const known = this.stored.find(({ client_id }) => client_id === body.client_id);
    const stored =
      known ?? message(this.stored.length + 1, { author: 'agent', text: body.text ?? '', client_id: body.client_id });
    if (!known) this.stored.push(stored);
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new ApiError(0, 'unreachable', '');
    }
    return stored;
  };

  upload = (): Promise<{ id: string }> => this.answer({ id: 'picture-1' });
  unwatch = (): void => undefined;
  typing = (_: number, typing: boolean): void => void this.typed.push(typing);
  read = (_: number, id: number): void => void this.readIds.push(id);

  private answer<T>(value: T): Promise<T> {
    const failure = this.failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve(value);
  }
}

export const UNREACHABLE = new ApiError(0, 'unreachable', '');
