import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '@uwallet/shared/storage.ts';
import { PERSONAL, SiteStorage, storageKey } from '../../src/core/storage.ts';
import {
  NO_MESSAGE,
  readMessageDraft,
  readRatingDraft,
  writeMessageDraft,
  writeRatingDraft,
} from '../../src/core/support_drafts.ts';

const memory = new MemoryStorage();
const storage = new SiteStorage('demo', memory);

describe('what was begun', () => {
  it('is kept', () => {
    const draft = { open: true, text: '钱没到账', contact: '13800138000', client_id: '1' };
    writeMessageDraft(storage, draft);
    expect(readMessageDraft(storage)).toEqual(draft);
  });

  it('leaves nothing behind when there is nothing', () => {
    writeMessageDraft(storage, NO_MESSAGE);
    expect(memory.getItem(storageKey('demo', 'message_draft'))).toBeNull();
    expect(readMessageDraft(storage)).toEqual(NO_MESSAGE);
  });

  it.each(['{', '[]', '7', '{"open":"yes","text":1}'])('is nothing if somebody else wrote it: %s', (stored) => {
    memory.setItem(storageKey('demo', 'message_draft'), stored);
    expect(readMessageDraft(storage)).toEqual(NO_MESSAGE);
  });

  it('belongs to one ticket', () => {
    const draft = { ticket: 'T1', rating: 4, comment: '不错', skipped: false };
    writeRatingDraft(storage, draft);
    expect(readRatingDraft(storage, 'T1')).toEqual(draft);
    expect(readRatingDraft(storage, 'T2')).toEqual({ ticket: 'T2', rating: 0, comment: '', skipped: false });
  });

  it('goes when another user comes', () =>
    expect(PERSONAL).toEqual(expect.arrayContaining(['message_draft', 'rating_draft', 'human', 'ticket_hidden'])));
});
