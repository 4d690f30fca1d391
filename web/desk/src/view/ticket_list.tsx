/** The lists of an agent: their own chats, who waits, what was left. */

import {
  ClockCircleOutlined,
  DownOutlined,
  InboxOutlined,
  MessageOutlined,
  SearchOutlined,
  UsergroupAddOutlined,
} from '@ant-design/icons';
import { Button, Input, Select, Spin, Tooltip } from 'antd';
import { useMemo, useRef, useState, type JSX, type ReactNode, type RefObject } from 'react';
import { Link } from 'wouter';
import { useStore } from 'zustand';
import { byGroup, QUEUE_ORDERS, viewed, type QueueFilter, type QueueRow, type QueueView } from '../core/queue_view.ts';
import type { Ticket } from '../core/protocol.ts';
import type { Lists } from '../core/tickets.ts';
import { fill, t } from '../i18n/strings.ts';
import { useDesk, useDeskState, useGroups, useNow, useOwnGroups } from './context.ts';
import { preview, ticketTitle, userName } from './labels.ts';
import { TicketRows } from './ticket_rows.tsx';

interface TicketListProps {
  lists: Lists;
  openId: number | null;
  /** Who is claimed by the button. */
  next: Ticket | undefined;
  onClaimNext: () => void;
  claiming: boolean;
}

/** From so many on it is worth to look for somebody, rather than along the list. */
const MANY = 8;

export function TicketList({ lists, openId, next, onClaimNext, claiming }: TicketListProps): JSX.Element {
  const { agent } = useDesk();
  const loaded = useDeskState((state) => state.loaded);
  const online = useDeskState(({ counts }) => counts.online);
  const requests = useDeskState(({ counts }) => counts.requests);
  const scroller = useRef<HTMLDivElement>(null);
  const full = lists.mine.length >= agent.max_chats;
  const common = { openId, scroller };
  return (
    <aside className="ticket-list" aria-label={t.queue.label}>
      <div className="ticket-list-head">
        <Tooltip title={full ? fill(t.queue.full, { count: agent.max_chats }) : 'Alt + N'}>
          <Button
            type="primary"
            block
            danger={next?.priority === 0}
            disabled={next === undefined}
            loading={claiming}
            onClick={onClaimNext}
          >
            {claimText(next, lists.waiting.length)}
          </Button>
        </Tooltip>
        <span className="muted">{fill(t.queue.online, { count: online })}</span>
      </div>
      {loaded ? (
        <div className="ticket-list-body" ref={scroller}>
          <Section
            icon={<MessageOutlined />}
            title={t.queue.mine}
            count={`${lists.mine.length}/${agent.max_chats}`}
            empty={t.queue.mine_empty}
            tickets={lists.mine}
            {...common}
          />
          <Waiting waiting={lists.waiting} {...common} />
          <Section
            icon={<ClockCircleOutlined />}
            title={t.queue.follow_ups}
            count={String(lists.followUps.length)}
            empty={t.queue.follow_ups_empty}
            tickets={lists.followUps}
            {...common}
          />
          <Section
            icon={<InboxOutlined />}
            title={t.queue.messages}
            count={String(lists.messages.length)}
            empty={t.queue.messages_empty}
            tickets={lists.messages}
            {...common}
          >
            {requests > 0 && (
              <Link className="ticket-list-more" href="/search?status=message">
                {fill(t.queue.requests, { count: requests })}
              </Link>
            )}
          </Section>
        </div>
      ) : (
        <Spin className="page-spin" />
      )}
    </aside>
  );
}

function claimText(next: Ticket | undefined, count: number): string {
  if (next === undefined) return t.queue.nobody;
  return fill(next.priority === 0 ? t.queue.claim_urgent : t.queue.claim_next, { count });
}

interface Common {
  openId: number | null;
  scroller: RefObject<HTMLElement | null>;
}

interface SectionProps extends Common {
  icon: ReactNode;
  title: string;
  count: string;
  empty: string;
  tickets: readonly Ticket[];
  /** Below the tickets. */
  children?: ReactNode;
}

function Section({ icon, title, count, empty, tickets, children, ...common }: SectionProps): JSX.Element {
  return (
    <Foldable icon={icon} title={title} count={count}>
      {tickets.length === 0 ? (
        <p className="ticket-list-empty">{empty}</p>
      ) : (
        <TicketRows label={title} rows={rowsOf(tickets)} {...common} />
      )}
      {children}
    </Foldable>
  );
}

function Foldable(props: { icon: ReactNode; title: string; count: string; children: ReactNode }): JSX.Element {
  const [open, setOpen] = useState(true);
  return (
    <section>
      <h2 className="ticket-list-title">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {props.icon} {props.title} <span className="muted">{props.count}</span>
          <DownOutlined className="ticket-list-fold" aria-hidden />
        </button>
      </h2>
      {open && props.children}
    </section>
  );
}

/** Who waits: looked through by group, urgency and words, in the order that the agent likes. */
function Waiting({ waiting, ...common }: Common & { waiting: readonly Ticket[] }): JSX.Element {
  const { preferences } = useDesk();
  const view = useStore(preferences.state, ({ queue }) => queue);
  const own = useOwnGroups();
  const now = useNow(10_000);
  const [folded, setFolded] = useState<ReadonlySet<number | null>>(new Set());
  const found = useMemo(() => viewed(waiting, view, own, now, textOf), [waiting, view, own, now]);
  const rows = view.order === 'group' ? byGroup(found, folded) : rowsOf(found);
  const fold = (group: number | null): void => {
    const others = new Set(folded);
    if (!others.delete(group)) others.add(group);
    setFolded(others);
  };
  const isPlain = view.filter === 'all' && view.order === 'queue' && view.words === '';
  return (
    <Foldable
      icon={<UsergroupAddOutlined />}
      title={t.queue.waiting}
      count={found.length === waiting.length ? String(waiting.length) : `${found.length}/${waiting.length}`}
    >
      {(waiting.length >= MANY || !isPlain) && (
        <QueueTools view={view} onChange={(change) => preferences.setQueue({ ...view, ...change })} />
      )}
      {rows.length === 0 ? (
        <p className="ticket-list-empty">{waiting.length === 0 ? t.queue.waiting_empty : t.queue.none_found}</p>
      ) : (
        <TicketRows label={t.queue.waiting} rows={rows} folded={folded} onFold={fold} {...common} />
      )}
    </Foldable>
  );
}

function QueueTools({
  view,
  onChange,
}: {
  view: QueueView;
  onChange: (view: Partial<QueueView>) => void;
}): JSX.Element {
  const groups = useGroups().data ?? [];
  const filters: { value: QueueFilter; label: string }[] = [
    { value: 'all', label: t.queue.filters.all },
    ...(groups.length > 0 ? [{ value: 'mine' as const, label: t.queue.filters.mine }] : []),
    { value: 'pressing', label: t.queue.filters.pressing },
    ...groups.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const hasTargets = useDeskState(({ tickets }) => [...tickets.values()].some((it) => it.reply_due_at !== null));
  const orders = QUEUE_ORDERS.filter(
    (order) => (order !== 'group' || groups.length > 0) && (order !== 'due' || hasTargets || view.order === 'due'),
  );
  return (
    <div className="queue-tools">
      <Input
        allowClear
        size="small"
        prefix={<SearchOutlined />}
        className="queue-search"
        placeholder={t.queue.search}
        aria-label={t.queue.search}
        value={view.words}
        onChange={(event) => onChange({ words: event.target.value })}
      />
      <Select
        size="small"
        aria-label={t.queue.filter}
        popupMatchSelectWidth={false}
        value={view.filter}
        options={filters}
        onChange={(filter: QueueFilter) => onChange({ filter })}
      />
      <Select
        size="small"
        aria-label={t.queue.order}
        popupMatchSelectWidth={false}
        value={view.order}
        options={orders.map((value) => ({ value, label: t.queue.orders[value] }))}
        onChange={(order) => onChange({ order })}
      />
    </div>
  );
}

function rowsOf(tickets: readonly Ticket[]): QueueRow[] {
  return tickets.map((ticket) => ({ kind: 'ticket', ticket }));
}

/** What words are looked for in. */
function textOf(ticket: Ticket): string {
  return [userName(ticket), ticketTitle(ticket), ticket.number, ticket.site, ticket.group?.name, preview(ticket)].join(
    ' ',
  );
}
