import { beforeEach, expect, it } from 'vitest';
import { chat, loadChat } from '../index.js';

const page = window as unknown as { UWalletChat?: unknown };

beforeEach(() => {
  delete page.UWalletChat;
  document.head.replaceChildren();
});

it('adds the script once, with the settings as its attributes', () => {
  const load = (): unknown =>
    loadChat({
      gateway: 'https://chat.example.com/app',
      site: 'KEY',
      locale: 'en',
      elder: true,
      title: null,
      nonce: 'n',
    });
  expect(load()).toBe(chat);
  load();
  const [script, ...more] = document.querySelectorAll('script');
  expect(more).toEqual([]);
  expect(script?.src).toBe('https://chat.example.com/app/widget.js');
  expect(Object.assign({}, script?.dataset)).toEqual({ site: 'KEY', lang: 'en', elder: 'true' });
  expect(script?.nonce).toBe('n');
  // As it may have been taken off meanwhile.
  expect(page.UWalletChat).toEqual([['init', { locale: 'en', elder: true, title: null }]]);
});

it('tries again after the script could not be loaded', () => {
  loadChat({ gateway: 'https://chat.example.com' });
  document.querySelector('script')?.dispatchEvent(new Event('error'));
  loadChat({ gateway: 'https://chat.example.com' });
  expect(document.querySelectorAll('script')).toHaveLength(1);
});

it('lets calls wait, makes them once the script is there, and forgets listeners', () => {
  const heard: number[] = [];
  chat.open('忘记密码');
  const stop = chat.on('unread', (count) => heard.push(count));
  expect(chat.isOpen()).toBe(false);
  const [open, on] = page.UWalletChat as [unknown[], [string, string, (count: number) => void]];
  expect(open).toEqual(['open', '忘记密码']);
  on[2](3);
  stop();
  on[2](4);
  expect(heard).toEqual([3]);
  page.UWalletChat = { push: () => undefined, isOpen: () => true };
  expect(chat.isOpen()).toBe(true);
});
