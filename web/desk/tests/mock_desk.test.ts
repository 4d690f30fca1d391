// @vitest-environment node
/** The desk that `npm run mock` shows: everything in it fits the protocol. */

import { expect, it } from 'vitest';
import { MockDesk } from './mock_desk.ts';
import { fillDesk } from './scenario.ts';

it('sends what the gateway could send', async () => {
  const desk = await MockDesk.start();
  fillDesk(desk);
  const api = `${desk.base}/desk/api`;
  const json = { 'Content-Type': 'application/json' };
  const credentials = JSON.stringify({ username: 'lin', password: 'mock-password' });
  const signedIn = await fetch(`${api}/session`, { method: 'POST', headers: json, body: credentials });
  const headers = { cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const id = [...desk.tickets.keys()][0];
  const paths = [
    'session',
    'queue',
    'agents',
    'canned_replies',
    'labels',
    'views',
    'push',
    'tickets',
    'board',
    'blocked',
    'tickets/11/customer',
    'settings',
    'insight/agents',
    'quality/sheet',
    'quality/sample',
    'quality/reviews',
    'quality/mine',
    'insight',
    'insight/hours',
    'insight/misunderstood',
    'intents',
    'conversations',
    'conversations/filters',
    'conversations/1',
    'conversations/1/messages',
  ];
  for (const path of [...paths, `tickets/${id}`, `tickets/${id}/messages`, `tickets/${id}/suggestions`]) {
    expect((await fetch(`${api}/${path}`, { headers })).status, path).toBe(200);
  }
  // Fails with what did not fit.
  await desk.stop();
});
