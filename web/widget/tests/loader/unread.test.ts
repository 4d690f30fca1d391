import { afterEach, expect, it, vi } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage } from '../../src/core/storage.ts';
import { fetchUnread } from '../../src/loader/unread.ts';

function stored(values: Record<string, string>): SiteStorage {
  const storage = new SiteStorage('demo', new MemoryStorage());
  for (const [name, value] of Object.entries(values)) storage.write(name as 'token' | 'read' | 'user', value);
  return storage;
}

function answer(body: unknown, status = 200): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

afterEach(() => vi.unstubAllGlobals());

it('counts what others wrote since the user last looked', async () => {
  const fetched = answer({ messages: [{ author: 'bot' }, { author: 'user' }, { author: 'agent' }] });
  expect(await fetchUnread('https://chat.example/', stored({ token: 't', read: '7' }), null)).toBe(2);
  expect(fetched).toHaveBeenCalledWith(
    'https://chat.example/api/v1/messages?after=7&limit=50',
    expect.objectContaining({ headers: { Authorization: 'Bearer t' } }),
  );
});

it('asks for a user once the page has told that it is still them', async () => {
  const fetched = answer({ messages: [{ author: 'bot' }] });
  const storage = stored({ token: 't', read: '7', user: 'u 1' });
  expect(await fetchUnread('https://chat.example/', storage, null)).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
  expect(await fetchUnread('https://chat.example/', storage, { id: 'u 1', hash: 'h' })).toBe(1);
  const headers = { Authorization: 'Bearer t', 'X-User-ID': 'u%201', 'X-User-Hash': 'h' };
  expect(fetched).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ headers }));
});

it('asks nothing without a conversation', async () => {
  const fetched = answer({});
  expect(await fetchUnread('https://chat.example/', stored({}), null)).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
});

it.each([
  [{ code: 'bad_token' }, 401],
  ['nonsense', 200],
  [{ messages: 5 }, 200],
])('knows nothing after %j', async (body, status) => {
  answer(body, status);
  expect(await fetchUnread('https://chat.example/', stored({ token: 't', read: '7' }), null)).toBeNull();
});

it('knows nothing without a network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
  expect(await fetchUnread('https://chat.example/', stored({ token: 't', read: '7' }), null)).toBeNull();
});
