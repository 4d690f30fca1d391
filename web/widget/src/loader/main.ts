/** The script that a page includes: a button, and the window when it is pressed. */

import { endSession } from '../core/access.ts';
import { forget, takeOver } from '../core/identity.ts';
import { browserStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from '../core/storage.ts';
import { loader as simplified } from '../i18n/zh-CN.json';
import { loader as traditional } from '../i18n/zh-TW.json';
import type { App, AppModule } from '../interface.ts';
import { runCall, runQueued, type UWalletChat } from './api.ts';
import { Emitter } from './events.ts';
import { Launcher } from './launcher.ts';
import { readSettings } from './settings.ts';
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

/** The events of keys and focus that pages listen to for shortcuts and for keeping the focus in dialogs of theirs. */
const KEPT_INSIDE = ['keydown', 'keyup', 'keypress', 'focusin', 'focusout'] as const;

function start(script: HTMLScriptElement): void {
  const attributes = script.dataset;
  const settings = readSettings(attributes, script.src, new URLSearchParams(location.search), navigator.languages);
  const texts = settings.language === 'zh-TW' ? traditional : simplified;
  const storage = new SiteStorage(settings.site, browserStorage('localStorage'));
  const pageStorage = new SiteStorage(settings.site, browserStorage('sessionStorage'));
  const emitter = new Emitter();

  const element = document.createElement('uwallet-chat');
  element.style.setProperty('--uwallet-color', settings.color);
  element.lang = settings.language;
  followTheme(element, attributes.theme);
  const root = element.attachShadow({ mode: 'open' });
  for (const name of KEPT_INSIDE) root.addEventListener(name, (event) => event.stopPropagation());

  let app: App | null = null;
  let loading: Promise<App | null> | null = null;
  let failures = 0;
  let isOpen = false;
  // What concerns the window once it is there.
  let user: [id: string, hash: string] | null = null;

  const launcher = new Launcher(root, settings, texts, () => void open(true));

  emitter.on('unread', (count) => launcher.showUnread(count));
  emitter.on('close', () => {
    isOpen = false;
    pageStorage.write('open', null);
    launcher.showOpen(false);
    launcher.focus();
  });

  /** `quiet` says that nobody has asked for the window. */
  async function load(quiet = false): Promise<App | null> {
    if (!quiet) launcher.showState('loading');
    try {
      // A browser may remember that an address has failed.
      const address = settings.base + APP_PATH + (failures > 0 ? `?again=${failures}` : '');
      const module = (await import(/* @vite-ignore */ address)) as AppModule;
      app = module.mount({ root, element, settings, emit: (name, value) => emitter.emit(name, value) });
      if (user) app.setUser(...user);
      launcher.showState('ready');
      return app;
    } catch {
      failures += 1;
      loading = null;
      if (!quiet) launcher.showState('failed');
      return null;
    }
  }

  async function open(focus: boolean, text = ''): Promise<void> {
    if (isOpen) return app?.open({ focus, text });
    isOpen = true;
    loading ??= load();
    const loaded = await loading;
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

  const api: UWalletChat = {
    // A page may hand the event of a click on.
    open: (text) => void open(true, typeof text === 'string' ? text : ''),
    close: () => {
      isOpen = false;
      app?.close();
    },
    setUser: (id, hash) => {
      user = [String(id), hash];
      if (app) return app.setUser(...user);
      // Somebody else's conversation: nothing of it may show.
      if (takeOver(storage, user[0])) emitter.emit('unread', 0);
      reopen();
    },
    on: (name, listener) => emitter.on(name, listener),
    reset: () => {
      user = null;
      if (app) app.reset();
      else {
        endSession(settings.base, storage.read('token'));
        forget(storage);
        emitter.emit('unread', 0);
      }
    },
    push: (...calls) => calls.forEach((call) => runCall(api, call)),
  };

  /**
   * Opens the window again that was open on the page before, or listens for the human who is with the user or on the way; a
   * user's, once the page has told that it is still them.
   */
  function reopen(): void {
    if (user === null && storage.read('user') !== null) return;
    const wasOpen = pageStorage.read('open') !== null && window.matchMedia(WIDE).matches;
    if (wasOpen) return void open(false);
    if (storage.read('human') !== null) void (loading ??= load(true)).then((loaded) => loaded?.connect());
  }

  const queued = window.UWalletChat;
  window.UWalletChat = api;
  // Beside the body: where a site moves or scales its body, what lies fixed in it would move along.
  document.documentElement.append(element);
  const vouched = new URLSearchParams(settings.mode === 'page' ? location.hash.slice(1) : '');
  const [id, hash] = [vouched.get('user'), vouched.get('hash')];
  if (id !== null && hash !== null) {
    // Taken out of the address, which people copy and share.
    history.replaceState(history.state, '', location.pathname + location.search);
    api.setUser(id, hash);
  }
  runQueued(api, queued);
  if (settings.mode === 'page') {
    document.title = settings.title ?? document.title;
    return void open(true);
  }
  reopen();
  void checkUnread();
  document.addEventListener('visibilitychange', () => void checkUnread());
  setInterval(() => void checkUnread(), UNREAD_INTERVAL);
}

const script = document.currentScript ?? document.querySelector('script[src*="widget.js"][data-site]');
const already = window.UWalletChat !== undefined && !Array.isArray(window.UWalletChat);
if (script instanceof HTMLScriptElement && !already) start(script);
