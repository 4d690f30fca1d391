import { createApp, h, nextTick, reactive } from 'vue';
import { expect, it } from 'vitest';
import type { ChatSettings } from '@uwallet/chat';
import { SupportChat } from '../src/support_chat.ts';

const page = window as unknown as { UWalletChat?: unknown[][] };

it('puts one script on the page, follows its settings and user, and takes the chat off when unmounted', async () => {
  const props = reactive<{ settings: ChatSettings; user: { id: string; hash: string } }>({
    settings: { theme: 'dark' },
    user: { id: 'alice', hash: 'abc' },
  });
  const mount = () => {
    const app = createApp({
      render: () => h(SupportChat, { gateway: 'https://chat.example.com', site: 'KEY', ...props }),
    });
    app.mount(document.createElement('div'));
    return app;
  };
  const app = mount();
  const script = document.querySelector('script');
  expect([script?.src, script?.dataset.site, script?.dataset.theme]).toEqual([
    'https://chat.example.com/widget.js',
    'KEY',
    'dark',
  ]);
  expect(page.UWalletChat?.splice(0)).toEqual([['setUser', 'alice', 'abc']]);
  props.settings.theme = 'light';
  props.user = { id: 'bob', hash: 'def' };
  await nextTick();
  expect(page.UWalletChat?.splice(0)).toEqual([
    ['setSettings', { theme: 'light' }],
    ['setUser', 'bob', 'def'],
  ]);
  app.unmount();
  mount();
  expect(document.querySelectorAll('script')).toHaveLength(1);
  expect(page.UWalletChat?.map(([name]) => name)).toEqual(['destroy', 'init', 'setUser']);
});
