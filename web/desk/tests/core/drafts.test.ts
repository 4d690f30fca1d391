import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { expect, it } from 'vitest';
import { Drafts } from '../../src/core/drafts.ts';
import { memoryStorage } from './fakes.ts';

it('keeps drafts of several tabs, apart by ticket and kind', () => {
  const storage = new MemoryStorage();
  const one = new Drafts(memoryStorage(1, storage), Date.now);
  const other = new Drafts(memoryStorage(1, storage), Date.now);
  one.write(1, 'reply', 'hello');
  other.write(2, 'note', 'remember');
  one.write(1, 'note', 'x');
  one.write(1, 'note', '');
  const later = new Drafts(memoryStorage(1, storage), Date.now);
  expect([later.read(1, 'reply'), later.read(2, 'note'), later.read(1, 'note')]).toEqual(['hello', 'remember', '']);
  expect(new Drafts(memoryStorage(2, storage), Date.now).read(1, 'reply')).toBe('');
});

it('forgets what is a week old, and survives nonsense in the storage', () => {
  const storage = memoryStorage();
  new Drafts(storage, () => 0).write(1, 'reply', 'old');
  expect(new Drafts(storage, () => 8 * 24 * 3600_000).read(1, 'reply')).toBe('');
  storage.write('drafts', '[{');
  expect(new Drafts(storage, Date.now).read(1, 'reply')).toBe('');
  storage.write('drafts', 'null');
  expect(new Drafts(storage, Date.now).read(1, 'reply')).toBe('');
});
