/** `window.UWalletChat`: what pages call, at any time, loaded or not. */

import type { EventName, Events } from '../interface.ts';

export interface UWalletChat {
  /** Opens the window. `text` is put where the user writes, ready to be sent, unless something is written there. */
  open: (text?: string) => void;
  close: () => void;
  /** The site vouches for its user; `hash` is made on the site's server (docs/protocol.md). */
  setUser: (id: string | number, hash: string) => void;
  /** Calls back at each event; returns a function that ends it. */
  on: <Name extends EventName>(name: Name, listener: (value: Events[Name]) => void) => () => void;
  /** Forgets user and conversation, for signing out. */
  reset: () => void;
  /** Runs `[name, ...arguments]`, so that pages can queue calls in a plain array before the script is there. */
  push: (...calls: unknown[]) => void;
}

const NAMES = ['open', 'close', 'setUser', 'on', 'reset'] as const;

/** Runs the calls that a page has queued in an array; anything else in it is left out. */
export function runQueued(api: UWalletChat, queued: unknown): void {
  if (Array.isArray(queued)) api.push(...(queued as unknown[]));
}

/** Runs one `[name, ...arguments]`. */
export function runCall(api: UWalletChat, call: unknown): void {
  if (!Array.isArray(call)) return;
  const [wanted, ...values] = call as unknown[];
  const name = NAMES.find((candidate) => candidate === wanted);
  if (name) (api[name] as (...values: unknown[]) => unknown)(...values);
}
