/** Asks once how much is unread, so that the badge is right before anything else is loaded. */

import { accessHeaders, type User } from '../core/access.ts';
import type { SiteStorage } from '../core/storage.ts';

/**
 * Returns how many messages others wrote since the user last looked, up to 50; null if there is no conversation or the
 * gateway does not answer.
 */
export async function fetchUnread(base: string, storage: SiteStorage, user: User | null): Promise<number | null> {
  const token = storage.read('token');
  const readId = Number(storage.read('read'));
  // A user's token opens nothing before the page has told that it is still them.
  if (token === null || !readId || (user === null && storage.read('user') !== null)) return null;
  try {
    const response = await fetch(`${base}api/v1/messages?after=${readId}&limit=50`, {
      headers: accessHeaders({ token, user }),
      credentials: 'omit',
    });
    // Anything else than a page of messages throws.
    const { messages } = (await response.json()) as { messages: { author: unknown }[] };
    return response.ok ? messages.filter(({ author }) => author !== 'user').length : null;
  } catch {
    return null;
  }
}
