/** What pages call and listen to. The loader is written against these types, too, so that they cannot disagree. */

/** What a page can listen to, and what its listeners are given. */
export interface Events {
  /** Calls are taken; also told to those who listen later. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** How many messages are unread. */
  unread: number;
  /** A message of the bot or of an agent has come. */
  message: { id: number; author: string; text: string };
  /** The bot hands over to a human. */
  handoff: { id: number };
  /** The gateway refuses this page or this user; `code` as in docs/protocol.md. */
  error: { code: string; message: string };
}

export type EventName = keyof Events;

/** What can be changed while the page runs; null is the default. */
export interface ChatSettings {
  /** Language of the window: `zh-CN`, `zh-TW` or `en`. */
  locale?: string | null;
  /** The same under the name of the attribute. */
  lang?: string | null;
  theme?: 'light' | 'dark' | null;
  position?: 'left' | 'right' | null;
  /** `#rrggbb`. */
  color?: string | null;
  title?: string | null;
  launcher?: 'hidden' | null;
  /** Large text and buttons, unless the user has chosen another size. */
  elder?: boolean | null;
  /** What a bubble beside the launcher says. */
  teaser?: string | null;
  suggestions?: 'off' | null;
  /** Questions that belong to the page. */
  hints?: readonly string[] | null;
  /** `off`: no dictation. */
  voice?: 'off' | null;
}

/** What a page can do with the chat, whether its script is there yet or not. */
export interface Chat {
  /**
   * Opens the window. `text` is put where the user writes, ready to be sent, unless something is written there. Anything else than a
   * text is left alone: it may be the event of a click.
   */
  open: (text?: unknown) => void;
  close: () => void;
  toggle: () => void;
  isOpen: () => boolean;
  /** Sends a message in the name of the user, who has just pressed something on the page. */
  send: (text: string) => void;
  /**
   * The site vouches for its user; `hash` is made on the site's server, and so is `attributes`, what agents are to know of the
   * user (docs/protocol.md).
   */
  setUser: (id: string | number, hash: string, attributes?: string) => void;
  /** Tells agents where the user is: short texts and numbers by name, such as page, order, appVersion. */
  setContext: (context: Record<string, unknown>) => void;
  setSettings: (settings: ChatSettings) => void;
  /** Calls back at each event; returns a function that ends it. */
  on: <Name extends EventName>(name: Name, listener: (value: Events[Name]) => void) => () => void;
  /** Forgets user and conversation, for signing out. */
  reset: () => void;
  /** Takes the widget off the page; `init` puts it back. The conversation stays. */
  destroy: () => void;
  init: (settings?: ChatSettings) => void;
}

/** `window.UWalletChat` once the script is there. */
export interface UWalletChat extends Chat {
  /** Runs `[name, ...arguments]`, so that pages can queue calls in a plain array before the script is there. */
  push: (...calls: unknown[]) => void;
}

export interface LoadOptions extends ChatSettings {
  /** Address of the gateway, such as `https://chat.example.com`. */
  gateway: string;
  /** The site's public key; without it the gateway finds the site by the page's origin. */
  site?: string;
  /** Of the page's Content-Security-Policy, for the script tag. */
  nonce?: string;
}

/** Controls the chat of the page; may be called before `loadChat`, which then makes the calls up. */
export const chat: Chat;

/**
 * Puts the chat on the page and returns `chat`. Safe to call again: there is one widget on a page, and one that `destroy` has taken
 * off comes back. Call it in the browser only.
 */
export function loadChat(options: LoadOptions): Chat;
