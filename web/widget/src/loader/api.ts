/** `window.UWalletChat`: what pages call, at any time, loaded or not. Types for pages: packages/widget/index.d.ts. */

import type { EventName, Events } from '../interface.ts';

type SettingName =
  'lang' | 'locale' | 'theme' | 'position' | 'color' | 'title' | 'launcher' | 'elder' | 'teaser' | 'suggestions';

/** What can be changed while the page runs; names and values as in the attributes of the script tag. */
export type ChangeableSettings = Partial<Record<SettingName, string | boolean | null>>;

export interface UWalletChat {
  /** Opens the window. `text` is put where the user writes, ready to be sent, unless something is written there. */
  open: (text?: unknown) => void;
  close: () => void;
  toggle: () => void;
  isOpen: () => boolean;
  /** Sends a message in the name of the user, who has just pressed something on the page. */
  send: (text: string) => void;
  /** The site vouches for its user; `hash` is made on the site's server (docs/protocol.md). */
  setUser: (id: string | number, hash: string) => void;
  /** Tells agents where the user is: short texts and numbers by name, such as page, order, appVersion. */
  setContext: (context: Record<string, unknown>) => void;
  setSettings: (settings: ChangeableSettings) => void;
  /** Calls back at each event; returns a function that ends it. */
  on: <Name extends EventName>(name: Name, listener: (value: Events[Name]) => void) => () => void;
  /** Forgets user and conversation, for signing out. */
  reset: () => void;
  /** Takes the widget off the page; `init` puts it back. The conversation stays. */
  destroy: () => void;
  init: (settings?: ChangeableSettings) => void;
  /** Runs `[name, ...arguments]`, so that pages can queue calls in a plain array before the script is there. */
  push: (...calls: unknown[]) => void;
}

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
  if (!wrong(!known, `push(${JSON.stringify(call)})`)) {
    (api[name as keyof UWalletChat] as (...values: unknown[]) => unknown)(...values);
  }
}
