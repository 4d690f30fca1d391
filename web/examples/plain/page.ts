import type { UWalletChat } from '@uwallet/chat';

// Calls may come before the script is there: they wait in an array, and `push` goes on working afterwards.
window.UWalletChat ??= [];
const chat = (): Pick<UWalletChat, 'push'> => window.UWalletChat ?? [];

// A site that knows its user vouches for them. The hash comes from the site's own server, never from the page:
// chat().push(['setUser', userId, hash]);

chat().push([
  'on',
  'unread',
  (count: number) => {
    const place = document.getElementById('unread');
    if (place) place.textContent = String(count);
  },
]);
document.getElementById('open')?.addEventListener('click', () => chat().push(['open']));
document.getElementById('sign-out')?.addEventListener('click', () => chat().push(['reset']));
