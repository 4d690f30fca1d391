/** What is kept in the browser for one site: never messages that the gateway has, only what finds them again. */

import type { KeyValueStorage } from '@uwallet/shared/storage.ts';

/** Names under which a site's values are kept. */
export type Name =
  | 'token'
  | 'former'
  | 'user'
  | 'read'
  | 'outbox'
  | 'sound'
  | 'text_size'
  | 'open'
  | 'window_size'
  | 'draft'
  // Where the newest conversation begins, for the user's eyes.
  | 'fresh'
  // A human is with the user, or on the way.
  | 'human'
  | 'ticket_hidden'
  | 'message_draft'
  | 'rating_draft';

/** What belongs to one user, and goes when another one comes. */
export const PERSONAL: readonly Name[] = [
  'token',
  'user',
  'read',
  'outbox',
  'draft',
  'fresh',
  'human',
  'ticket_hidden',
  'message_draft',
  'rating_draft',
];

/** Returns the key of a value in the storage that all sites of one origin share. */
export function storageKey(site: string, name: Name): string {
  return `uwallet-chat:${site}:${name}`;
}

/** The values of one site. Nothing throws: what the browser refuses to store is kept in memory. */
export class SiteStorage {
  private readonly refused = new Map<Name, string>();

  constructor(
    private readonly site: string,
    private readonly storage: KeyValueStorage,
  ) {}

  read(name: Name): string | null {
    const kept = this.refused.get(name);
    if (kept !== undefined) return kept;
    try {
      return this.storage.getItem(storageKey(this.site, name));
    } catch {
      return null;
    }
  }

  write(name: Name, value: string | null): void {
    this.refused.delete(name);
    try {
      if (value === null) this.storage.removeItem(storageKey(this.site, name));
      else this.storage.setItem(storageKey(this.site, name), value);
    } catch {
      // Full, or forbidden meanwhile.
      if (value !== null) this.refused.set(name, value);
    }
  }
}
