/** What supervisors see: who is there, who has how much, and every conversation, to watch or to give to somebody else. */

import { useQuery } from '@tanstack/react-query';
import { Badge, Button, Card, Empty, Progress, Space, Statistic, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { useLocation } from 'wouter';
import type { Agent, Ticket } from '../core/protocol.ts';
import { listsOf, waitingSince } from '../core/tickets.ts';
import { fill, t } from '../i18n/strings.ts';
import { AssignDialog } from '../view/assign_dialog.tsx';
import { errorText, useAgents, useDesk, useDeskState } from '../view/context.ts';
import { PRESENCE_STATUS, preview, ticketTitle, userName } from '../view/labels.ts';
import { Page } from '../view/page.tsx';
import { Wait } from '../view/wait.tsx';

/** As many as the gateway tells at once; a team that has more looks for them by name. */
const LIMIT = 100;

export function Team(): JSX.Element {
  const { api, desk } = useDesk();
  const agents = useAgents();
  const counts = useDeskState((state) => state.counts);
  const tickets = useDeskState((state) => state.tickets);
  const { waiting } = listsOf(tickets, desk.options.agentId);
  const active = useQuery({
    queryKey: ['tickets', 'active'],
    queryFn: () => api.tickets({ status: 'active', limit: LIMIT }),
    // What no event tells: how long somebody has been waiting for an answer.
    refetchInterval: 15_000,
  });
  const [assigning, setAssigning] = useState<Ticket | null>(null);
  const chats = active.data?.tickets ?? [];
  const oldest = waiting.map(({ queued_at }) => queued_at).sort()[0] ?? null;
  return (
    <Page title={t.nav.team} lead={t.team.lead}>
      <div className="numbers">
        <Card size="small">
          <Statistic
            title={t.team.waiting}
            value={counts.waiting}
            styles={counts.urgent > 0 ? { content: { color: 'var(--danger)' } } : {}}
            suffix={counts.urgent > 0 ? <Tag color="red">{fill(t.team.urgent, { count: counts.urgent })}</Tag> : null}
          />
        </Card>
        <Card size="small">
          <div className="ant-statistic">
            <div className="numbers-title">{t.team.longest}</div>
            <div className="numbers-value">{oldest === null ? t.team.none : <Wait since={oldest} />}</div>
          </div>
        </Card>
        <Card size="small">
          <Statistic title={t.team.active} value={chats.length} />
        </Card>
        <Card size="small">
          <Statistic title={t.team.messages} value={counts.messages} />
        </Card>
        <Card size="small">
          <Statistic title={t.team.online} value={counts.online} suffix={`/ ${agents.data?.length ?? 0}`} />
        </Card>
      </div>
      <h2>{t.team.agents}</h2>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={agents.isLoading}
        columns={agentColumns}
        dataSource={agents.data ?? []}
        locale={{ emptyText: agents.isError ? errorText(agents.error) : t.team.no_agents }}
      />
      <h2>{t.team.waiting}</h2>
      <TicketTable tickets={waiting} onAssign={setAssigning} empty={t.queue.waiting_empty} />
      <h2>{t.team.chats}</h2>
      <TicketTable
        tickets={chats}
        onAssign={setAssigning}
        empty={active.isError ? errorText(active.error) : t.team.no_chats}
      />
      {assigning && (
        <AssignDialog
          ticket={assigning}
          onClose={() => {
            setAssigning(null);
            void active.refetch();
          }}
        />
      )}
    </Page>
  );
}

const agentColumns: NonNullable<TableProps<Agent>['columns']> = [
  {
    title: t.team.name,
    render: (_, agent) => (
      <Space>
        <Badge status={PRESENCE_STATUS[agent.presence]} text={agent.name} />
        {agent.role !== 'agent' && <Tag>{t.roles[agent.role]}</Tag>}
      </Space>
    ),
  },
  {
    title: t.team.presence,
    width: 120,
    render: (_, agent) => (agent.on_leave_until ? t.routing.off_now : t.presence[agent.presence]),
  },
  {
    title: t.team.chats_now,
    width: 280,
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
];

function TicketTable(props: {
  tickets: readonly Ticket[];
  onAssign: (ticket: Ticket) => void;
  empty: string;
}): JSX.Element {
  const [, go] = useLocation();
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
          {ticket.priority < 2 && (
            <Tag color={ticket.priority === 0 ? 'red' : 'orange'}>{t.priorities[ticket.priority]}</Tag>
          )}
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
          <Button size="small" onClick={() => props.onAssign(ticket)}>
            {t.actions.assign}
          </Button>
        </Space>
      ),
    },
  ];
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      columns={columns}
      dataSource={[...props.tickets]}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={props.empty} /> }}
    />
  );
}
