/** Runs the calls on `window.UWalletChat` that pages make, at any time, loaded or not. Its types are those of the package for pages. */

import type { UWalletChat } from '@uwallet/chat';

/** Tells the developer of the page what is wrong; returns whether something is. */
export function wrong(isWrong: boolean, what: string): boolean {
  // eslint-disable-next-line no-console -- the developer of the site can mend it, the user cannot
  if (isWrong) console.warn(`uwallet-chat: ${what}`);
  return isWrong;
}

/** Runs the calls that a page has queued in an array; anything else in it is left out. */
export function runQueued(api: UWalletChat, queued: unknown): void {
  if (Array.isArray(queued)) api.push(...(queued as unknown[]));
}

/** Runs one `[name, ...arguments]`. */
export function runCall(api: UWalletChat, call: unknown): void {
  const [name, ...values] = Array.isArray(call) ? (call as unknown[]) : [];
  const known = typeof name === 'string' && name !== 'push' && Object.keys(api).includes(name);
  if (!wrong(!known, `push: ${String(call)}`)) {
    (api[name as keyof UWalletChat] as (...values: unknown[]) => unknown)(...values);
  }
}
