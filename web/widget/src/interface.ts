/** What the loader and the window that it loads have in common. */

import type { EventName, Events } from '@uwallet/chat';
import type { Language } from './i18n/language.ts';

export interface Settings {
  /** Public key of the site; empty lets the gateway find it by the page's origin. */
  site: string;
  /** Where the gateway is, ending in `/`. */
  base: string;
  language: Language;
  /** `page` fills the whole window and cannot be closed, for H5 pages and WebViews. */
  mode: 'window' | 'page';
  position: 'left' | 'right';
  /** `#rrggbb`. */
  color: string;
  /** Replaces the name in the head of the window. */
  title: string | null;
  /** What the page says under a name; the window reads the rest of its settings so (core/preferences.ts). */
  value: (name: string) => string | undefined;
  /** What a bubble beside the launcher says; empty for none. */
  teaser: string;
  /** Whether the launcher is shown; without it only `open()` opens the window. */
  launcher: boolean;
}

export type Emit = <Name extends EventName>(name: Name, value: Events[Name]) => void;

/** What the loader gives to the window. */
export interface Host {
  root: ShadowRoot;
  element: HTMLElement;
  settings: Settings;
  emit: Emit;
}

/** What the loader calls on the window. */
export interface App {
  /** Shows the window; without `focus` the page keeps it. `text` is put where the user writes, unless there is something. */
  open: (options: { focus: boolean; text: string }) => void;
  /** Listens to the conversation without showing it. */
  connect: () => void;
  close: () => void;
  setUser: (id: string, hash: string, attributes?: string) => void;
  reset: () => void;
  /** Sends a text in the name of the user, without showing the window. */
  send: (text: string) => void;
  setContext: (context: Record<string, unknown>) => void;
  setSettings: (settings: Settings) => void;
  /** Ends the connection and takes all of it off the page. */
  destroy: () => void;
}

/** The module that the loader imports. */
export interface AppModule {
  mount: (host: Host) => App;
}
