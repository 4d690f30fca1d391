/** The board of supervisors: who waits, who serves, what was done today, and every conversation. */

import { useQuery } from '@tanstack/react-query';
import { Badge, Button, Card, Empty, Progress, Space, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import type { Board as BoardData, Ticket } from '../core/protocol.ts';
import { listsOf, waitingSince } from '../core/tickets.ts';
import { describeWait } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';
import { AssignDialog } from '../view/assign_dialog.tsx';
import { errorText, useAgents, useDesk, useDeskState } from '../view/context.ts';
import { averageText, hoursText } from '../view/figures.ts';
import { PRESENCE_STATUS, preview, ticketTitle, userName } from '../view/labels.ts';
import { Priority } from '../view/priority.tsx';
import { Wait } from '../view/wait.tsx';

/** As many as the gateway tells at once; a team that has more looks for them by name. */
const LIMIT = 100;

/** Rows on one page: what is below is found without scrolling past hundreds. */
const ROWS = 20;

/** What no event tells: how long somebody has been waiting for an answer. Milliseconds. */
const INTERVAL = 15_000;

export function Board(): JSX.Element {
  const { api, desk } = useDesk();
  // A key below those that events renew.
  const board = useQuery({ queryKey: ['agents', 'board'], queryFn: api.board, refetchInterval: INTERVAL });
  const tickets = useDeskState((state) => state.tickets);
  const { waiting } = listsOf(tickets, desk.options.agentId);
  const active = useQuery({
    queryKey: ['tickets', 'active'],
    queryFn: () => api.tickets({ status: 'active', limit: LIMIT }),
    refetchInterval: INTERVAL,
  });
  const [assigning, setAssigning] = useState<readonly Ticket[]>([]);
  const agents = useAgents();
  const onLeave = new Set((agents.data ?? []).filter((agent) => agent.on_leave_until).map(({ id }) => id));
  const chats = active.data?.tickets ?? [];
  return (
    <>
      {board.data && <Today board={board.data} />}
      <h2>{t.team.agents}</h2>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        // A phone scrolls it to the side.
        scroll={{ x: 900 }}
        loading={board.isLoading}
        columns={agentColumns(onLeave)}
        dataSource={board.data?.agents ?? []}
        locale={{ emptyText: board.isError ? errorText(board.error) : t.team.no_agents }}
      />
      <h2>{t.team.waiting}</h2>
      <TicketTable tickets={waiting} onAssign={setAssigning} empty={t.queue.waiting_empty} />
      <h2>{t.team.chats}</h2>
      <TicketTable
        tickets={chats}
        onAssign={setAssigning}
        empty={active.isError ? errorText(active.error) : t.team.no_chats}
      />
      {assigning.length > 0 && (
        <AssignDialog
          tickets={assigning}
          onClose={() => {
            setAssigning([]);
            void active.refetch();
          }}
        />
      )}
    </>
  );
}

function Today({ board }: { board: BoardData }): JSX.Element {
  const { agent, abandoned } = board.today;
  const online = board.agents.filter(({ presence }) => presence === 'online').length;
  const { median } = agent.first_reply;
  const cells: { title: string; value: JSX.Element | string; more?: JSX.Element | string; alarm?: boolean }[] = [
    {
      title: t.team.waiting,
      value: String(board.waiting),
      more: board.urgent > 0 ? <Tag color="red">{fill(t.team.urgent, { count: board.urgent })}</Tag> : '',
      alarm: board.urgent > 0,
    },
    {
      title: t.team.longest,
      value: board.waiting_since === null ? t.team.none : <Wait since={board.waiting_since} />,
    },
    { title: t.team.active, value: String(board.active) },
    { title: t.team.online, value: `${online} / ${board.agents.length}` },
    {
      title: t.team.messages,
      value: String(board.messages),
      more:
        board.requests > 0 ? (
          <Link href="/search?status=message">{fill(t.team.requests, { count: board.requests })}</Link>
        ) : (
          ''
        ),
    },
    { title: t.team.handled, value: String(agent.handled) },
    { title: t.team.abandoned, value: String(abandoned) },
    {
      title: t.team.rating_today,
      value: averageText(agent.rating) ?? t.team.none_yet,
      more: agent.rating.count > 0 ? fill(t.insight.ratings, { count: agent.rating.count }) : '',
    },
    {
      title: t.team.first_reply,
      value: median === null ? t.team.none_yet : describeWait(Math.round(median), t.waits),
      more: median === null ? '' : t.team.today_lead,
    },
  ];
  return (
    <div className="numbers five">
      {cells.map(({ title, value, more, alarm }) => (
        <Card key={title} size="small">
          <div className="numbers-title">{title}</div>
          <div className="numbers-value" data-alarm={alarm}>
            {value}
          </div>
          <div className="muted">{more}</div>
        </Card>
      ))}
    </div>
  );
}

const agentColumns = (
  onLeave: ReadonlySet<number>,
): NonNullable<TableProps<BoardData['agents'][number]>['columns']> => [
  {
    title: t.team.name,
    render: (_, agent) => <Badge status={PRESENCE_STATUS[agent.presence]} text={agent.name} />,
  },
  {
    title: t.team.presence,
    width: 90,
    render: (_, agent) => (onLeave.has(agent.id) ? t.routing.off_now : t.presence[agent.presence]),
  },
  {
    title: t.team.chats_now,
    width: 240,
    render: (_, { chats, max_chats }) => (
      <Progress
        aria-label={fill(t.team.load, { chats, max: max_chats })}
        percent={max_chats > 0 ? Math.min(100, (chats / max_chats) * 100) : 0}
        format={() => fill(t.team.load, { chats, max: max_chats })}
        status={chats > max_chats ? 'exception' : 'normal'}
        size="small"
        {...(chats > max_chats ? {} : { strokeColor: 'var(--primary)' })}
      />
    ),
  },
  { title: t.team.handled_short, width: 90, align: 'right', render: (_, { today }) => today.handled },
  {
    title: t.team.first_reply,
    width: 110,
    align: 'right',
    render: (_, { today: { first_reply } }) =>
      first_reply.median === null ? '' : describeWait(Math.round(first_reply.median), t.waits),
  },
  { title: t.team.rating, width: 80, align: 'right', render: (_, { today }) => averageText(today.rating) },
  { title: t.team.online_time, width: 120, align: 'right', render: (_, { today }) => hoursText(today.online_seconds) },
];

function TicketTable(props: {
  tickets: readonly Ticket[];
  onAssign: (tickets: readonly Ticket[]) => void;
  empty: string;
}): JSX.Element {
  const [, go] = useLocation();
  const [chosen, setChosen] = useState<readonly number[]>([]);
  // Who has gone meanwhile is no longer chosen.
  const wanted = props.tickets.filter(({ id }) => chosen.includes(id));
  const columns: TableProps<Ticket>['columns'] = [
    {
      title: t.search.user,
      width: 170,
      ellipsis: true,
      render: (_, ticket) => (
        <>
          <span className="online-dot" data-online={ticket.user.online} /> {userName(ticket)}
        </>
      ),
    },
    {
      title: t.search.topic,
      width: 200,
      ellipsis: true,
      render: (_, ticket) => (
        <>
          <Priority of={ticket.priority} />
          {ticketTitle(ticket)}
        </>
      ),
    },
    { title: t.team.last, ellipsis: true, render: (_, ticket) => preview(ticket) },
    { title: t.search.agent, width: 100, ellipsis: true, render: (_, ticket) => ticket.agent?.name },
    {
      title: t.team.waits,
      width: 110,
      render: (_, ticket) => {
        const since = waitingSince(ticket);
        return since === null ? null : <Wait since={since} />;
      },
    },
    {
      width: 150,
      render: (_, ticket) => (
        <Space>
          <Button size="small" onClick={() => go(`/tickets/${ticket.id}`)}>
            {t.team.watch}
          </Button>
          <Button size="small" onClick={() => props.onAssign([ticket])}>
            {t.actions.assign}
          </Button>
        </Space>
      ),
    },
  ];
  return (
    <>
      {wanted.length > 0 && (
        <Space className="chosen" role="status">
          {fill(t.team.chosen, { count: wanted.length })}
          <Button
            size="small"
            type="primary"
            onClick={() => {
              props.onAssign(wanted);
              setChosen([]);
            }}
          >
            {t.actions.assign}
          </Button>
          <Button size="small" onClick={() => setChosen([])}>
            {t.team.choose_none}
          </Button>
        </Space>
      )}
      <Table
        rowKey="id"
        size="small"
        pagination={props.tickets.length > ROWS ? { defaultPageSize: ROWS, pageSizeOptions: [ROWS, 50, 100] } : false}
        // Not by `scroll`: the row by which it measures would hold a second, hidden checkbox.
        className="wide-table"
        rowSelection={{
          selectedRowKeys: [...chosen],
          onChange: (keys) => setChosen(keys.map(Number)),
          getTitleCheckboxProps: () => ({ 'aria-label': t.team.choose_all }),
          getCheckboxProps: (ticket) => ({ 'aria-label': fill(t.team.choose, { number: ticket.number }) }),
        }}
        columns={columns}
        dataSource={[...props.tickets]}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={props.empty} /> }}
      />
    </>
  );
}
