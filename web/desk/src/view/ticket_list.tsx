/** The lists of an agent: their own chats, who waits, what was left. */

import {
  ClockCircleOutlined,
  DownOutlined,
  InboxOutlined,
  MessageOutlined,
  UsergroupAddOutlined,
} from '@ant-design/icons';
import { Badge, Button, Spin, Tag, Tooltip } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { waitingSince, type Lists } from '../core/tickets.ts';
import { fill, t } from '../i18n/strings.ts';
import { useDesk, useDeskState, useNow } from './context.ts';
import { dueText, onlineText, preview, ticketTitle, userName } from './labels.ts';
import { Wait } from './wait.tsx';

interface TicketListProps {
  lists: Lists;
  openId: number | null;
  onClaimNext: () => void;
  claiming: boolean;
}

export function TicketList({ lists, openId, onClaimNext, claiming }: TicketListProps): JSX.Element {
  const { agent } = useDesk();
  const loaded = useDeskState((state) => state.loaded);
  const online = useDeskState(({ counts }) => counts.online);
  const full = lists.mine.length >= agent.max_chats;
  return (
    <aside className="ticket-list" aria-label={t.queue.label}>
      <div className="ticket-list-head">
        <Tooltip title={full ? fill(t.queue.full, { count: agent.max_chats }) : 'Alt + N'}>
          <Button
            type="primary"
            block
            danger={lists.waiting[0]?.priority === 0}
            disabled={lists.waiting.length === 0}
            loading={claiming}
            onClick={onClaimNext}
          >
            {claimText(lists.waiting)}
          </Button>
        </Tooltip>
        <span className="muted">{fill(t.queue.online, { count: online })}</span>
      </div>
      {loaded ? (
        <div className="ticket-list-body">
          <Section
            icon={<MessageOutlined />}
            title={t.queue.mine}
            count={`${lists.mine.length}/${agent.max_chats}`}
            empty={t.queue.mine_empty}
            tickets={lists.mine}
            openId={openId}
          />
          <Section
            icon={<UsergroupAddOutlined />}
            title={t.queue.waiting}
            count={String(lists.waiting.length)}
            empty={t.queue.waiting_empty}
            tickets={lists.waiting}
            openId={openId}
          />
          <Section
            icon={<ClockCircleOutlined />}
            title={t.queue.follow_ups}
            count={String(lists.followUps.length)}
            empty={t.queue.follow_ups_empty}
            tickets={lists.followUps}
            openId={openId}
          />
          <Section
            icon={<InboxOutlined />}
            title={t.queue.messages}
            count={String(lists.messages.length)}
            empty={t.queue.messages_empty}
            tickets={lists.messages}
            openId={openId}
          />
        </div>
      ) : (
        <Spin className="page-spin" />
      )}
    </aside>
  );
}

function claimText(waiting: readonly Ticket[]): string {
  if (waiting.length === 0) return t.queue.nobody;
  return fill(waiting[0]?.priority === 0 ? t.queue.claim_urgent : t.queue.claim_next, { count: waiting.length });
}

interface SectionProps {
  icon: ReactNode;
  title: string;
  count: string;
  empty: string;
  tickets: readonly Ticket[];
  openId: number | null;
}

function Section({ icon, title, count, empty, tickets, openId }: SectionProps): JSX.Element {
  const [open, setOpen] = useState(true);
  return (
    <section>
      <h2 className="ticket-list-title">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {icon} {title} <span className="muted">{count}</span>
          <DownOutlined className="ticket-list-fold" aria-hidden />
        </button>
      </h2>
      {!open ? null : tickets.length === 0 ? (
        <p className="ticket-list-empty">{empty}</p>
      ) : (
        <ul>
          {tickets.map((ticket) => (
            <li key={ticket.id}>
              <Item ticket={ticket} isOpen={ticket.id === openId} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Item({ ticket, isOpen }: { ticket: Ticket; isOpen: boolean }): JSX.Element {
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
      aria-current={isOpen ? 'true' : undefined}
    >
      <span className="ticket-item-line">
        <span className="ticket-item-user">
          <span className="online-dot" data-online={ticket.user.online ?? false} title={onlineText(ticket)} />
          {userName(ticket)}
        </span>
        {ticket.status === 'pending' && ticket.due_at !== null && <Due at={ticket.due_at} />}
        {since !== null && <Wait since={since} judged={ticket.status !== 'message'} />}
      </span>
      <span className="ticket-item-line">
        <span className="ticket-item-title">
          {ticket.priority < 2 && (
            <Tag color={ticket.priority === 0 ? 'red' : 'orange'} variant="solid">
              {t.priorities[ticket.priority]}
            </Tag>
          )}
          {ticketTitle(ticket)}
        </span>
        {preferred && <Tag color="green">{t.queue.yours}</Tag>}
        <Badge count={mine ? ticket.unread : 0} size="small" title={fill(t.queue.unread, { count: ticket.unread })} />
      </span>
      <span className="ticket-item-preview">
        {hasDraft && <span className="draft-mark">{t.chat.draft}</span>}
        {preview(ticket)}
      </span>
    </Link>
  );
}

/** When somebody is to come back to it; striking once it is late. */
export function Due({ at }: { at: string }): JSX.Element {
  const now = useNow(60_000);
  return (
    <time className="wait" dateTime={at} data-patience={Date.parse(at) <= now ? 'too_long' : 'fine'}>
      {dueText(at, now)}
    </time>
  );
}
