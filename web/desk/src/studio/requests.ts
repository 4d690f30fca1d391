/** Changes of the draft that take more than one request. */

import type { DeskApi } from '../core/api.ts';
import { withWordings } from '../core/groups.ts';
import type { EntryView } from '../core/protocol.ts';
import type { StudioFaq } from '../core/studio.ts';

/** Adds wordings to a question of the draft; returns how many were new. */
export async function addWordings(api: DeskApi, id: string, wordings: readonly string[]): Promise<number> {
  const path = `/knowledge/entries/faq/${id}`;
  const entry = await api.request<EntryView>('GET', path);
  const before = entry.value as unknown as StudioFaq;
  const value = withWordings(before, wordings);
  const added = value.similar.length - before.similar.length;
  if (added > 0) {
    await api.request('PUT', `/knowledge/draft/entries/faq/${id}`, { revision: entry.revision, value });
  }
  return added;
}
