/** Above the notes of a conversation in which the agent cannot reply: why, and what they can do. */

import { Button, Space } from 'antd';
import type { JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { isRequest } from '../core/tickets.ts';
import { fill, t } from '../i18n/strings.ts';
import { stateText } from './labels.ts';

interface ComposerClosedProps {
  ticket: Ticket;
  onClaim: () => void;
  claiming: boolean;
  onClose: () => void;
  /** It goes on later, or at another time. */
  onLater: () => void;
  /** Whether the agent may look at what a colleague does. */
  watches: boolean;
}

export function ComposerClosed({
  ticket,
  onClaim,
  claiming,
  onClose,
  onLater,
  watches,
}: ComposerClosedProps): JSX.Element {
  return (
    <div className="composer-closed">
      <span>{reason(ticket, watches)}</span>
      <Space>
        {(ticket.status === 'pending' || ticket.status === 'closed') && (
          <Button onClick={onLater}>{ticket.status === 'closed' ? t.actions.reopen : t.actions.reschedule}</Button>
        )}
        {(ticket.status === 'message' || ticket.status === 'pending') && (
          <Button onClick={onClose}>{t.actions.finish}</Button>
        )}
        {(ticket.status === 'queued' || ticket.status === 'message' || ticket.status === 'pending') && (
          <Button type="primary" loading={claiming} onClick={onClaim}>
            {ticket.status === 'queued' ? t.actions.claim : t.actions.take_up}
          </Button>
        )}
      </Space>
    </div>
  );
}

function reason(ticket: Ticket, watches: boolean): string {
  switch (ticket.status) {
    case 'queued':
      return t.closed.queued;
    case 'message':
      return isRequest(ticket) ? t.closed.request : t.closed.message;
    case 'pending':
      return fill(t.closed.pending, { name: ticket.agent?.name ?? t.closed.nobody });
    case 'active':
      return fill(watches ? t.closed.active : t.closed.taken, { name: ticket.agent?.name ?? '' });
    case 'closed':
      return fill(t.closed.closed, { state: stateText(ticket) });
  }
}
