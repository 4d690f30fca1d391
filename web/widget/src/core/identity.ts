/** Who talks: what is kept in the browser between pages. */

import type { Access, User } from './access.ts';
import { PERSONAL, type SiteStorage } from './storage.ts';

export type { User };

/** Forgets the conversation and everything that was typed into it. */
export function forget(storage: SiteStorage): void {
  for (const name of PERSONAL) storage.write(name, null);
}

/**
 * Makes what is stored that of a user; returns whether another one's had to be forgotten for it. The token of that one is
 * kept for the gateway, which closes its session when it is told who came instead.
 */
export function takeOver(storage: SiteStorage, id: string): boolean {
  if (storage.read('user') === id) return false;
  const former = storage.read('token') ?? storage.read('former');
  forget(storage);
  storage.write('former', former);
  storage.write('user', id);
  return true;
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

  /** What opens the conversation over REST; null before there is one. */
  get access(): Access | null {
    const { token } = this;
    return token === null ? null : { token, user: this.user };
  }

  /** The token to ask for a session with: of the user before this one, if there is none yet. */
  get tokenToShow(): string | null {
    return this.token ?? (this.user ? this.storage.read('former') : null);
  }

  /** Takes over a user; returns whether another one's conversation had to be forgotten for it. */
  adopt(user: User): boolean {
    this.user = user;
    return takeOver(this.storage, user.id);
  }

  /**
   * Takes note of the session that the gateway has opened. A visitor's, although a user's was stored: that one has not come
   * back, and what they left waiting is not the visitor's. Returns whether something had to be forgotten for it.
   */
  confirm(token: string, kind: 'visitor' | 'user'): boolean {
    const ofAnother = kind === 'visitor' && this.storage.read('user') !== null;
    if (ofAnother) forget(this.storage);
    this.token = token;
    this.storage.write('former', null);
    return ofAnother;
  }

  forget(): void {
    forget(this.storage);
    this.storage.write('former', null);
  }
}
