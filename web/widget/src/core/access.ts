/** What proves to the gateway's REST side that a conversation is one's own; small, as the loader has it too. */

/** A user for whom the site vouches; docs/protocol.md says how `hash` is made. */
export interface User {
  id: string;
  hash: string;
  /** What the site tells of the user, signed; docs/protocol.md. */
  attributes?: string | undefined;
}

/** The token of a conversation, and who the user is; a user's token alone opens nothing. */
export interface Access {
  token: string;
  user: User | null;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Returns the headers of a request. */
export function accessHeaders({ token, user }: Access): Record<string, string> {
  return {
    Authorization: `Bearer ${token}`,
    ...(user ? { 'X-User-ID': encodeURIComponent(user.id), 'X-User-Hash': user.hash } : {}),
  };
}

/**
 * Ends a session at the gateway, also when the page is left in the same moment. Without an answer nothing more is tried:
 * the token is forgotten here, and a user's opens nothing without the site.
 */
export function endSession(base: string, token: string | null, send: Fetch = (url, init) => fetch(url, init)): void {
  if (token === null) return;
  const headers = accessHeaders({ token, user: null });
  void send(`${base}api/v1/sessions`, { method: 'DELETE', headers, credentials: 'omit', keepalive: true }).catch(
    () => undefined,
  );
}
