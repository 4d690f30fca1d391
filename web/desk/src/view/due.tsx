/** When somebody is to come back to a ticket; striking once it is late. */

import type { JSX } from 'react';
import { useNow } from './context.ts';
import { dueText } from './labels.ts';

export function Due({ at }: { at: string }): JSX.Element {
  const now = useNow(60_000);
  return (
    <time className="wait" dateTime={at} data-patience={Date.parse(at) <= now ? 'too_long' : 'fine'}>
      {dueText(at, now)}
    </time>
  );
}
