/** Asks once how much is unread, so that the badge is right before anything else is loaded. */

import type { SiteStorage } from '../core/storage.ts';

/**
 * Returns how many messages others wrote since the user last looked, up to 50; null if there is no conversation or the
 * gateway does not answer.
 */
export async function fetchUnread(base: string, storage: SiteStorage): Promise<number | null> {
  const token = storage.read('token');
  const readId = Number(storage.read('read'));
  if (token === null || !readId) return null;
  try {
    const response = await fetch(`${base}api/v1/messages?after=${readId}&limit=50`, {
      headers: { Authorization: `Bearer ${token}` },
      credentials: 'omit',
    });
    const answer: unknown = await response.json();
    const messages = (answer as { messages?: unknown }).messages;
    if (!response.ok || !Array.isArray(messages)) return null;
    return messages.filter((message: { author?: unknown }) => message.author !== 'user').length;
  } catch {
    return null;
  }
}
