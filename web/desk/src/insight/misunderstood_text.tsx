/** A message that the bot could not answer, when it was said, and the way to its conversation. */

import { describeTime } from '@uwallet/shared/time.ts';
import type { JSX } from 'react';
import { Link } from 'wouter';
import type { Misunderstood } from '../core/insight.ts';
import { nameOf, t } from '../i18n/strings.ts';

export function MisunderstoodText({ row, now }: { row: Misunderstood; now: Date }): JSX.Element {
  return (
    <>
      <div className="misunderstood-text">{row.text}</div>
      <span className="muted">
        {describeTime(new Date(row.created_at), now, t.times)} · {nameOf(t.insight.kinds, row.kind)} ·{' '}
        <Link href={row.ticket_id === null ? `/conversations/${row.conversation_id}` : `/tickets/${row.ticket_id}`}>
          {row.ticket_id === null ? t.insight.conversation : t.insight.handed_over}
        </Link>
      </span>
    </>
  );
}
