/** What the user has begun to write for human support, kept over a reload and after a refusal. */

import type { SiteStorage } from './storage.ts';
import { fields, numberOrNull, text } from '@uwallet/shared/wire.ts';

/** A message that is being left. */
export interface MessageDraft {
  /** The form is shown. */
  open: boolean;
  text: string;
  contact: string;
  /** Under which it was last sent, until it is changed: sending it again leaves no second one. Empty if it was not. */
  client_id: string;
}

/** A rating that is being given. */
export interface RatingDraft {
  ticket: string;
  /** 1 to 5, or 0. */
  rating: number;
  comment: string;
  /** The user does not want to rate. */
  skipped: boolean;
}

export const NO_MESSAGE: MessageDraft = { open: false, text: '', contact: '', client_id: '' };

export function readMessageDraft(storage: SiteStorage): MessageDraft {
  const stored = parse(storage.read('message_draft'));
  return {
    open: stored.open === true,
    text: text(stored.text),
    contact: text(stored.contact),
    client_id: text(stored.client_id),
  };
}

export function writeMessageDraft(storage: SiteStorage, draft: MessageDraft): void {
  const empty = !draft.open && draft.text === '' && draft.contact === '';
  storage.write('message_draft', empty ? null : JSON.stringify(draft));
}

/** Returns what was begun for this ticket. */
export function readRatingDraft(storage: SiteStorage, ticket: string): RatingDraft {
  const stored = parse(storage.read('rating_draft'));
  if (stored.ticket !== ticket) return { ticket, rating: 0, comment: '', skipped: false };
  return {
    ticket,
    rating: numberOrNull(stored.rating) ?? 0,
    comment: text(stored.comment),
    skipped: stored.skipped === true,
  };
}

export function writeRatingDraft(storage: SiteStorage, draft: RatingDraft): void {
  storage.write('rating_draft', JSON.stringify(draft));
}

function parse(stored: string | null): Record<string, unknown> {
  try {
    return fields(JSON.parse(stored ?? 'null'));
  } catch {
    return {};
  }
}
