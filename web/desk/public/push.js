/** The service worker of the desk: shows notices while no page of it is open, and leads to their tickets. */

self.addEventListener('push', (event) => event.waitUntil(show(event.data ? event.data.json() : {})));

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

function pages() {
  // Pages at /desk itself are not below this worker's scope.
  return self.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

async function show({ title, body, tag, ticket_id }) {
  const all = await pages();
  // Who looks at the desk is told there.
  if (all.some((page) => page.focused)) return;
  await self.registration.showNotification(title, { body, tag, icon: '/desk/icon-192.png', data: ticket_id });
}

async function open(ticketId) {
  const place = `/desk#/tickets/${ticketId}`;
  const [page] = await pages();
  if (!page) return self.clients.openWindow(place);
  await page.focus();
  page.postMessage({ kind: 'open_ticket', id: ticketId });
}
