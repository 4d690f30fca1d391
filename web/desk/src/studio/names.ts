/** What entries are called. */

import type { EntryView } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';

/** The title of an entry; what has none of its own goes by its kind or id. */
export function titleOf({ kind, id, title }: Pick<EntryView, 'kind' | 'id' | 'title'>): string {
  if (kind === 'organisation' || kind === 'hot_questions') return t.studio.kinds[kind];
  return title === '' ? id : title;
}
