/** How long somebody has waited, ticking. */

import type { JSX } from 'react';
import { describeWait, patienceFor, secondsSince } from '../core/waits.ts';
import { t } from '../i18n/strings.ts';
import { useDesk, useNow } from './context.ts';

/** `judged`: coloured by how long is too long in the queue. */
export function Wait({ since, judged = true }: { since: string; judged?: boolean }): JSX.Element {
  const { settings } = useDesk();
  const seconds = secondsSince(since, useNow());
  const patience = judged ? patienceFor(seconds, settings.queue_timeout) : 'fine';
  return (
    <time className="wait" dateTime={since} data-patience={patience}>
      {describeWait(seconds, t.waits)}
    </time>
  );
}
