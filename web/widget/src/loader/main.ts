/** The script that a page includes: a button, and the window when it is pressed. */

import { endSession } from '../core/access.ts';
import { forget, takeOver } from '../core/identity.ts';
import type { KeyValueStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from '../core/storage.ts';
import { loader as simplified } from '../i18n/zh-CN.json';
import { loader as traditional } from '../i18n/zh-TW.json';
import { loader as english } from '../i18n/en.json';
import type { ChatSettings, EventName, UWalletChat } from '@uwallet/chat';
import type { App, AppModule, Settings } from '../interface.ts';
import { runCall, runQueued, wrong } from './api.ts';
import { Emitter } from './events.ts';
import { Launcher } from './launcher.ts';
import { readSettings } from './settings.ts';
import { Place } from './place.ts';
import { followTheme } from './theme.ts';
import { fetchUnread } from './unread.ts';

/** Path of the window's module below the gateway; the build puts it in. */
declare const APP_PATH: string;

declare global {
  interface Window {
    UWalletChat?: UWalletChat | unknown[];
  }
}

/** Smaller windows are filled by the chat; it does not open by itself there. */
const WIDE = '(min-width: 481px) and (min-height: 481px)';

/** How often unread messages are asked for while the page is looked at and the window has not been loaded. Milliseconds. */
const UNREAD_INTERVAL = 60_000;

const EVENTS: readonly EventName[] = ['ready', 'open', 'close', 'unread', 'message', 'handoff', 'error'];

/** The events of keys and focus that pages listen to for shortcuts and for keeping the focus in dialogs of theirs. */
const KEPT_INSIDE = ['keydown', 'keyup', 'keypress', 'focusin', 'focusout'] as const;

const TEXTS = { 'zh-CN': simplified, 'zh-TW': traditional, en: english };

/** The browser's storage, looked up at each touch: all of them may throw, which `SiteStorage` bears. */
const area = (name: 'localStorage' | 'sessionStorage'): KeyValueStorage => ({
  getItem: (key) => window[name].getItem(key),
  setItem: (key, value) => window[name].setItem(key, value),
  removeItem: (key) => window[name].removeItem(key),
});

/** One life of the widget on a page, from its element's appearance to `destroy`. */
function begin(attributes: Record<string, string | undefined>, source: string, emitter: Emitter) {
  const read = (): Settings =>
    readSettings(attributes, source, new URLSearchParams(location.search), navigator.languages);
  let settings = read();
  const storage = new SiteStorage(settings.site, area('localStorage'));
  const pageStorage = new SiteStorage(settings.site, area('sessionStorage'));

  const element = document.createElement('uwallet-chat');
  const root = element.attachShadow({ mode: 'open' });
  for (const name of KEPT_INSIDE) root.addEventListener(name, (event) => event.stopPropagation());
  const place = new Place(element);
  const endTheme = followTheme(element, () => attributes.theme);

  let app: App | null = null;
  let loading: Promise<App | null> | null = null;
  let failures = 0;
  let isOpen = false;
  // What concerns the window once it is there.
  let user: [id: string, hash: string, attributes?: string] | null = null;
  let context: Record<string, unknown> | null = null;

  const launcher = new Launcher(
    root,
    () => void open(true),
    () => void (loading ??= load()),
  );
  const show = (): void => {
    element.style.setProperty('--uwallet-color', settings.color);
    element.lang = settings.language;
    launcher.show(settings, TEXTS[settings.language], pageStorage.read('open') === null);
  };
  show();

  const stops = [
    emitter.on('unread', (count) => launcher.showUnread(count)),
    emitter.on('close', () => {
      isOpen = false;
      pageStorage.write('open', null);
      launcher.showOpen(false);
      launcher.focus();
    }),
  ];

  /** Says nothing: who waits for it is told by `open`. */
  async function load(): Promise<App | null> {
    try {
      // A browser may remember that an address has failed.
      const address = settings.base + APP_PATH + (failures > 0 ? `?again=${failures}` : '');
      const module = (await import(/* @vite-ignore */ address)) as AppModule;
      if (ended) return null;
      app = module.mount({ root, element, settings, emit: (name, value) => emitter.emit(name, value) });
      if (user) app.setUser(...user);
      if (context) app.setContext(context);
      return app;
    } catch {
      failures += 1;
      loading = null;
      return null;
    }
  }

  async function open(focus: boolean, text = ''): Promise<void> {
    // Taken out by the page, or by what it was in.
    place.take();
    if (isOpen) return app?.open({ focus, text });
    isOpen = true;
    launcher.showState('loading');
    const loaded = await (loading ??= load());
    launcher.showState(loaded ? 'ready' : 'failed');
    // Closed again meanwhile, or not to be had.
    if (!loaded) isOpen = false;
    if (!isOpen) return;
    pageStorage.write('open', '1');
    loaded?.open({ focus, text });
    launcher.showOpen(true);
    emitter.emit('open', undefined);
  }

  async function checkUnread(): Promise<void> {
    const needed = (): boolean => !app && !loading && !document.hidden;
    if (!needed()) return;
    const count = await fetchUnread(settings.base, storage, user && { id: user[0], hash: user[1] });
    if (count !== null && needed()) emitter.emit('unread', count);
  }

  /**
   * Opens the window again that was open on the page before, or listens for the human who is with the user or on the way; a
   * user's, once the page has told that it is still them.
   */
  function reopen(): void {
    if (user === null && storage.read('user') !== null) return;
    const wasOpen = pageStorage.read('open') !== null && matchMedia(WIDE).matches;
    if (wasOpen) return void open(false);
    if (storage.read('human') !== null) void (loading ??= load()).then((loaded) => loaded?.connect());
  }

  let ended = false;
  const onShown = (): void => void checkUnread();
  let timer = 0;
  return {
    start(): void {
      if (settings.mode === 'page') {
        document.title = settings.title ?? document.title;
        return void open(true);
      }
      reopen();
      onShown();
      document.addEventListener('visibilitychange', onShown);
      timer = window.setInterval(onShown, UNREAD_INTERVAL);
    },
    isOpen: () => isOpen,
    // A page may hand the event of a click on.
    open: (text: unknown) => void open(true, typeof text === 'string' ? text : ''),
    close(): void {
      isOpen = false;
      app?.close();
    },
    send: (text: string) => void (loading ??= load()).then((loaded) => loaded?.send(text)),
    setUser(id: string | number, ...proof: [hash: string, attributes?: string]): void {
      user = [`${id}`, ...proof];
      if (app) return app.setUser(...user);
      // Somebody else's conversation: nothing of it may show.
      if (takeOver(storage, user[0])) emitter.emit('unread', 0);
      reopen();
    },
    setContext(values: Record<string, unknown>): void {
      context = values;
      app?.setContext(values);
    },
    setSettings(): void {
      settings = read();
      show();
      endTheme.show();
      app?.setSettings(settings);
    },
    reset(): void {
      user = null;
      if (app) return app.reset();
      endSession(settings.base, storage.read('token'));
      forget(storage);
      emitter.emit('unread', 0);
    },
    destroy(): void {
      ended = true;
      for (const stop of stops) stop();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onShown);
      endTheme();
      app?.destroy();
      place.leave();
    },
    revive: () => place.take(),
  };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isObject = (value: unknown): boolean => Object(value) === value;

type Widget = ReturnType<typeof begin>;

function start(script: HTMLScriptElement): void {
  const attributes: Record<string, string | undefined> = Object.assign({}, script.dataset);
  const emitter = new Emitter();
  let widget: Widget | null = null;
  /** A call of the widget, which is told nothing that it cannot use. */
  const call =
    (name: keyof Widget, fits: (...values: never[]) => boolean = () => true) =>
    (...values: unknown[]): void => {
      const fails = !widget || !fits(...(values as never[]));
      if (!wrong(fails, `${name}: wrong arguments, or after destroy()`)) {
        (widget?.[name] as (...values: unknown[]) => void)(...values);
      }
    };
  const change = (settings: ChatSettings = {}): void => {
    for (const [name, value] of Object.entries(settings)) {
      attributes[name === 'locale' ? 'lang' : name] = (value as string | boolean | null | undefined)?.toString();
    }
    widget?.setSettings();
  };
  const api: UWalletChat = {
    open: call('open'),
    close: call('close'),
    toggle: () => (api.isOpen() ? api.close() : api.open()),
    isOpen: () => !!widget?.isOpen(),
    send: call('send', isText),
    setUser: call('setUser', (id: unknown, hash: unknown) => (id === Number(id) || isText(id)) && isText(hash)),
    setContext: call('setContext', isObject),
    reset: call('reset'),
    setSettings: (settings) => {
      if (!wrong(!isObject(settings), 'setSettings')) change(settings);
    },
    on: (name, listener) => {
      if (wrong(!EVENTS.includes(name) || typeof listener !== 'function', `on: ${name}`)) return () => false;
      if (name === 'ready') setTimeout(listener as () => void);
      return emitter.on(name, listener);
    },
    destroy: () => {
      widget?.destroy();
      widget = null;
    },
    init: (settings) => {
      change(settings);
      if (widget) return widget.revive();
      widget = begin(attributes, script.src, emitter);
      widget.start();
    },
    push: (...calls) => calls.forEach((call) => runCall(api, call)),
  };

  const queued = window.UWalletChat;
  window.UWalletChat = api;
  const first = (widget = begin(attributes, script.src, emitter));
  const vouched = new URLSearchParams(attributes.mode === 'page' ? location.hash.slice(1) : '');
  const [id, hash] = [vouched.get('user'), vouched.get('hash')];
  if (id !== null && hash !== null) {
    // Taken out of the address, which people copy and share.
    history.replaceState(history.state, '', location.pathname + location.search);
    api.setUser(id, hash);
  }
  runQueued(api, queued);
  // A page may have queued `destroy`, and `init` after it.
  if ((widget as Widget | null) === first) first.start();
}

const script = document.currentScript ?? document.querySelector('script[src*="widget.js"][data-site]');
const already = window.UWalletChat;
// A page that adds the script again wants the widget back.
if (already && !Array.isArray(already)) already.init();
else if (script instanceof HTMLScriptElement) start(script);
