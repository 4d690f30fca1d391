import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { describeTime } from '@uwallet/shared/time.ts';
import { isComposing } from '@uwallet/shared/composing.ts';
import { fill } from '@uwallet/shared/fill.ts';
import type { PastTicket } from '../core/ticket_list.ts';
import { Button } from './chatui.ts';
import { useChatContext } from './context.ts';
import { CopyButton } from './copy_button.tsx';

/** The user's requests for a human with what has become of them. It stands where the user otherwise writes. */
export function TicketPanel({ onClose }: { onClose: () => void }): JSX.Element {
  const { chat, strings } = useChatContext();
  const texts = strings.tickets;
  const [tickets, setTickets] = useState<readonly PastTicket[] | null>(null);
  const [failed, setFailed] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    frame.current?.focus({ preventScroll: true });
    chat.tickets().then(setTickets, () => setFailed(true));
  }, [chat]);
  return (
    <div
      class="form ticket-panel"
      ref={frame}
      tabIndex={-1}
      role="group"
      aria-labelledby="ticket-panel-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || isComposing(event)) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <h3 id="ticket-panel-title">{texts.title}</h3>
      <div role="status">
        {failed ? texts.failed : tickets === null ? texts.loading : tickets.length === 0 ? texts.none : ''}
      </div>
      {tickets !== null && tickets.length > 0 && (
        <ul>
          {tickets.map(({ number, status, created_at }) => (
            <li key={number}>
              <span class="ticket-number">{number}</span>
              <span class="ticket-status" data-status={status}>
                {texts.status[status]}
              </span>
              <time dateTime={created_at}>{describeTime(new Date(created_at), new Date(), strings.time)}</time>
              <CopyButton text={number} label={fill(texts.copy, { number })} />
            </li>
          ))}
        </ul>
      )}
      <div class="form-buttons">
        <Button size="sm" onClick={onClose}>
          {texts.close}
        </Button>
      </div>
    </div>
  );
}
