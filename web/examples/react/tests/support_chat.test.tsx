import { act, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { SupportChat } from '../src/support_chat.tsx';

const page = window as unknown as { UWalletChat?: unknown[][]; IS_REACT_ACT_ENVIRONMENT: boolean };

it('puts one script on the page, takes the chat off when unmounted, and back when mounted again', () => {
  page.IS_REACT_ACT_ENVIRONMENT = true;
  const root = createRoot(document.createElement('div'));
  const user = { id: 'alice', hash: 'abc' };
  const show = (theme: 'light' | 'dark') =>
    act(() =>
      root.render(
        <StrictMode>
          <SupportChat gateway="https://chat.example.com" site="KEY" theme={theme} user={user} />
        </StrictMode>,
      ),
    );
  show('light');
  const scripts = [...document.querySelectorAll('script')];
  expect(scripts.map(({ src, dataset }) => [src, dataset.site])).toEqual([
    ['https://chat.example.com/widget.js', 'KEY'],
  ]);
  // Strict mode mounts twice.
  const calls = (page.UWalletChat ?? []).splice(0);
  expect(calls.map(([name]) => name)).toEqual(['setSettings', 'setUser', 'destroy', 'init', 'setSettings', 'setUser']);
  expect(calls.at(-1)).toEqual(['setUser', 'alice', 'abc']);
  show('light');
  expect(page.UWalletChat).toEqual([]);
  show('dark');
  expect(page.UWalletChat?.splice(0)).toEqual([['setSettings', { theme: 'dark' }]]);
  act(() => root.unmount());
  expect(page.UWalletChat).toEqual([['destroy']]);
});
