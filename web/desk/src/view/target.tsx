/** How long is left for the first reply or the end of a ticket, counting down; in words, not by colour alone. */

import { ClockCircleOutlined, WarningOutlined } from '@ant-design/icons';
import type { JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { targetOf } from '../core/targets.ts';
import { describeWait } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';
import { useNow } from './context.ts';

/** `short`: in a list, where nothing is said while there is plenty of time for the end. */
export function Target({ ticket, short = false }: { ticket: Ticket; short?: boolean }): JSX.Element | null {
  const target = targetOf(ticket, useNow());
  if (target === null || (short && target.kind === 'resolution' && target.state === 'fine')) return null;
  const { kind, dueAt, left, state } = target;
  const names = state === 'missed' ? t.targets.missed : t.targets.left;
  return (
    <time className="target" dateTime={dueAt} data-state={state} title={t.targets.kinds[kind]}>
      {state === 'missed' ? <WarningOutlined aria-hidden /> : <ClockCircleOutlined aria-hidden />}{' '}
      {fill(short ? names.short[kind] : names.whole[kind], { time: describeWait(Math.abs(left), t.waits) })}
    </time>
  );
}
