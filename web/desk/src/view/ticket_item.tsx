/** A ticket in a list of the desk. */

import { Badge, Tag } from 'antd';
import type { JSX } from 'react';
import { Link } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { waitingSince } from '../core/tickets.ts';
import { fill, t } from '../i18n/strings.ts';
import { useDesk } from './context.ts';
import { Due } from './due.tsx';
import { onlineText, preview, ticketTitle, userName } from './labels.ts';
import { Priority } from './priority.tsx';
import { Target } from './target.tsx';
import { Wait } from './wait.tsx';

interface TicketItemProps {
  ticket: Ticket;
  isOpen: boolean;
  /** Whether Tab comes to it; the arrows move between the others. */
  isReached: boolean;
}

export function TicketItem({ ticket, isOpen, isReached }: TicketItemProps): JSX.Element {
  const { desk, drafts } = useDesk();
  const since = waitingSince(ticket);
  const mine = desk.isMine(ticket);
  const hasDraft = mine && !isOpen && drafts.read(ticket.id, 'reply') !== '';
  const preferred = ticket.status === 'queued' && ticket.preferred_agent?.id === desk.options.agentId;
  return (
    <Link
      href={`/tickets/${ticket.id}`}
      className="ticket-item"
      data-priority={ticket.priority}
      data-row
      tabIndex={isReached ? 0 : -1}
      aria-current={isOpen ? 'true' : undefined}
    >
      <span className="ticket-item-line">
        <span className="ticket-item-user">
          <span className="online-dot" data-online={ticket.user.online ?? false} title={onlineText(ticket)} />
          {userName(ticket)}
        </span>
        {ticket.status === 'pending' && ticket.due_at !== null && <Due at={ticket.due_at} />}
        <Target short ticket={ticket} />
        {since !== null && <Wait since={since} judged={ticket.status !== 'message'} />}
      </span>
      <span className="ticket-item-line">
        <span className="ticket-item-title">
          <Priority of={ticket.priority} solid />
          {ticketTitle(ticket)}
        </span>
        {preferred && <Tag color="green">{t.queue.yours}</Tag>}
        {ticket.status !== 'active' && ticket.group !== null && <Tag>{ticket.group.name}</Tag>}
        <Badge count={mine ? ticket.unread : 0} size="small" title={fill(t.queue.unread, { count: ticket.unread })} />
      </span>
      <span className="ticket-item-preview">
        {hasDraft && <span className="draft-mark">{t.chat.draft}</span>}
        {preview(ticket)}
      </span>
    </Link>
  );
}
