import { expect, it } from 'vitest';
import { OUTBOX_LIFETIME, Outbox, type OutboxEntry } from '../../src/core/outbox.ts';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { SiteStorage, storageKey } from '../../src/core/storage.ts';

const KEY = storageKey('demo', 'outbox');

function entry(client_id: string, created_at = 0): OutboxEntry {
  return {
    client_id,
    kind: 'text',
    message: '在吗',
    shown: '在吗',
    attachment_id: null,
    created_at,
    state: 'waiting',
    error: '',
    retryable: true,
  };
}

it('forgets what has waited for a day', () => {
  let time = 0;
  const outbox = new Outbox(new SiteStorage('demo', new MemoryStorage()), () => time);
  outbox.add(entry('a'));
  time = OUTBOX_LIFETIME + 1;
  expect(outbox.entries()).toEqual([]);
});

it.each(['{', '5', 'null', '{"a": 1}', '[1, null, {"client_id": 5}]'])('takes nothing from nonsense: %s', (stored) => {
  const memory = new MemoryStorage();
  memory.setItem(KEY, stored);
  expect(new Outbox(new SiteStorage('demo', memory), () => 0).entries()).toEqual([]);
});

it('loses nothing when the browser refuses to store', () => {
  const full = new MemoryStorage();
  full.setItem = () => {
    throw new Error('QuotaExceededError');
  };
  const outbox = new Outbox(new SiteStorage('demo', full), () => 0);
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  outbox.remove(['a']);
  expect(outbox.entries().map(({ client_id }) => client_id)).toEqual(['b']);
});
