/** Who talks: what is kept in the browser between pages. */

import { PERSONAL, type SiteStorage } from './storage.ts';

/** A user for whom the site vouches: `hash` is the HMAC-SHA256 of `id` with the site's secret, in hex. */
export interface User {
  id: string;
  hash: string;
}

/** The token of the conversation, and whose it is. */
export class Identity {
  user: User | null = null;

  constructor(private readonly storage: SiteStorage) {}

  get token(): string | null {
    return this.storage.read('token');
  }

  set token(token: string | null) {
    this.storage.write('token', token);
  }

  /** Id of the user to whom what is stored belongs; null for a visitor. */
  get owner(): string | null {
    return this.storage.read('user');
  }

  /** Takes over a user; returns whether another one's conversation had to be forgotten for it. */
  adopt(user: User): boolean {
    this.user = user;
    if (this.owner === user.id) return false;
    this.forget();
    this.storage.write('user', user.id);
    return true;
  }

  /** Forgets the conversation and everything that was typed into it. */
  forget(): void {
    for (const name of PERSONAL) this.storage.write(name, null);
  }
}
