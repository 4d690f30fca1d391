/** The page's own script: buttons that open the chat, and the examples' code as it is. */

import plain from '../../examples/plain/snippet.html?raw';
import react from '../../examples/react/src/support_chat.tsx?raw';
import type { UWalletChat } from '@uwallet/chat';

// The page may be quicker than widget.js: calls wait in an array until it is there.
const chat: Pick<UWalletChat, 'push'> = (window.UWalletChat ??= []);

for (const button of document.querySelectorAll('[data-open-chat]')) {
  button.addEventListener('click', () => {
    const question = button instanceof HTMLElement ? button.dataset.openChat : '';
    (window.UWalletChat ?? chat).push(['open', question]);
  });
}

chat.push([
  'on',
  'unread',
  (count: number) => {
    for (const place of document.querySelectorAll('[data-unread]')) place.textContent = String(count);
  },
]);

for (const [name, code] of Object.entries({ plain, react })) {
  const place = document.querySelector(`[data-snippet="${name}"]`);
  if (place) place.textContent = code.trim();
}
