/** The window's module: made when the loader imports it, shown when the user wants it. */

import { render } from 'preact';
import { Chat } from './core/chat.ts';
import { palette } from './core/colors.ts';
import { socketIoFactory } from './core/connection.ts';
import { Gateway } from './core/gateway.ts';
import { readPreferences } from './core/preferences.ts';
import { Questions } from './core/questions.ts';
import { playTone } from './core/sound.ts';
import { Speaker } from './core/speaker.ts';
import { TitleNotice } from './core/title_notice.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { Store } from '@uwallet/shared/store.ts';
import { browserStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from './core/storage.ts';
import { stringsIn } from './i18n/strings.ts';
import type { App, Host } from './interface.ts';
import { addStyles } from './styles.ts';
import css from './styles/index.less?inline';
import { ChatWindow } from './view/chat_window.tsx';
import { ChatProvider } from './view/context.ts';

/** How long a page may be hidden before its connection is doubted. Milliseconds. */
const LONG_SLEEP = 20_000;

/** Puts the window, still closed, into the host's shadow root. */
export function mount({ root, element, settings: given, emit }: Host): App {
  let settings = given;
  const storage = new SiteStorage(settings.site, browserStorage('localStorage'));
  const gateway = new Gateway(settings.base);
  const questions = new Questions(settings.base, settings.site, () => settings.language);
  let open = false;
  let focusRequest = 0;
  const announcer = new Store({ text: '' });
  const titles = new TitleNotice();
  const speaker = new Speaker(
    () => (settings.language === 'zh-TW' ? 'zh-TW' : 'zh-CN'),
    () => stringsIn(settings.language).voice.masked,
  );
  let suggestion: { text: string } | null = null;

  const chat = new Chat({
    site: settings.site,
    storage,
    gateway,
    language: () => settings.language,
    connect: socketIoFactory(settings.base, settings.site),
    onMessage: ({ id, author, text, handoff }) => {
      emit('message', { id, author, text });
      if (handoff) emit('handoff', { id });
      if (storage.read('sound') !== null && (!open || document.hidden)) playTone();
    },
  });

  addStyles(root, css);
  const container = document.createElement('div');
  container.className = 'container';
  root.append(container);
  const paint = (): void => {
    for (const [name, value] of Object.entries(palette(settings.color))) container.style.setProperty(name, value);
  };
  paint();

  // The window knows where.
  const refocus = { current: (): void => undefined };
  const show = (): void => {
    render(
      <ChatProvider
        value={{
          chat,
          gateway,
          questions,
          strings: stringsIn(settings.language),
          language: settings.language,
          preferences: readPreferences(settings),
          speaker,
          announcer,
          storage,
          refocus: () => refocus.current(),
        }}
      >
        <ChatWindow
          element={element}
          settings={settings}
          open={open}
          focusRequest={focusRequest}
          suggestion={suggestion}
          refocus={refocus}
          onClose={close}
        />
      </ChatProvider>,
      container,
    );
  };
  const close = (): void => {
    if (!open || settings.mode === 'page') return;
    open = false;
    speaker.stop();
    show();
    emit('close', undefined);
  };

  let toldUnread = -1;
  let toldError: string | null = null;
  const follow = (): void => {
    if (open && !document.hidden) chat.markRead();
    const { unread } = chat;
    if (unread !== toldUnread) {
      toldUnread = unread;
      emit('unread', unread);
    }
    const told = document.hidden && unread > 0;
    titles.show(told ? fill(stringsIn(settings.language).title_notice, { count: unread }) : null);
    const { refusal } = chat.state.get();
    if (refusal && refusal.code !== toldError) emit('error', { code: refusal.code, message: refusal.message });
    toldError = refusal?.code ?? null;
  };
  chat.state.subscribe(follow);
  let hiddenSince = 0;
  const onVisibility = (): void => {
    if (document.hidden) {
      hiddenSince = Date.now();
      return;
    }
    chat.wake(Date.now() - hiddenSince > LONG_SLEEP);
    chat.comeBack();
    follow();
  };
  const onOnline = (): void => chat.wake();
  const onStorage = ({ key }: StorageEvent): void => chat.onStorageChanged(key);
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', onOnline);
  window.addEventListener('storage', onStorage);
  show();

  return {
    open: ({ focus, text }) => {
      if (text !== '') suggestion = { text };
      if (!open) chat.comeBack();
      open = true;
      if (focus) focusRequest += 1;
      chat.start();
      show();
      follow();
    },
    connect: () => chat.start(),
    close,
    setUser: (id, hash, attributes) => chat.setUser({ id, hash, attributes }),
    reset: () => chat.reset(),
    send: (text) => {
      chat.start();
      chat.sendText(text);
    },
    setContext: (context) => chat.setContext(context),
    setSettings: (changed) => {
      settings = changed;
      paint();
      show();
    },
    destroy: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('online', onOnline);
      window.removeEventListener('storage', onStorage);
      titles.show(null);
      speaker.end();
      chat.stop();
      render(null, container);
      container.remove();
    },
  };
}
