/** Finding tickets: those that are over, too. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Input, Segmented, Table, Tag, type TableProps } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { errorText, useDesk, useNow } from '../view/context.ts';
import { ticketTitle, userName } from '../view/labels.ts';
import { Page } from '../view/page.tsx';

const STATUSES = ['', 'queued', 'active', 'message', 'pending', 'closed'] as const;
const PAGE = 50;

export function Search(): JSX.Element {
  const { api, agent } = useDesk();
  const [, go] = useLocation();
  const [words, setWords] = useState('');
  const [status, setStatus] = useState<(typeof STATUSES)[number]>('');
  const now = new Date(useNow(60_000));
  const found = useInfiniteQuery({
    queryKey: ['tickets', 'search', words, status],
    queryFn: ({ pageParam }) => api.tickets({ query: words, status, before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.has_more ? page.tickets.at(-1)?.id : undefined),
  });
  const tickets = found.data?.pages.flatMap((page) => page.tickets) ?? [];
  const columns: TableProps<Ticket>['columns'] = [
    {
      title: t.search.number,
      dataIndex: 'number',
      width: 160,
      render: (number: string, ticket) => <Link href={`/tickets/${ticket.id}`}>{number}</Link>,
    },
    { title: t.search.user, width: 150, ellipsis: true, render: (_, ticket) => userName(ticket) },
    {
      title: t.search.topic,
      ellipsis: true,
      render: (_, ticket) => (
        <>
          {ticket.priority === 0 && <Tag color="red">{t.priorities[0]}</Tag>}
          {ticketTitle(ticket)}
        </>
      ),
    },
    {
      title: t.search.status,
      width: 130,
      render: (_, { status: state, disposition }) => (
        <Tag color={STATUS_COLORS[state]}>
          {disposition === null ? nameOf(t.statuses, state) : nameOf(t.dispositions, disposition)}
        </Tag>
      ),
    },
    { title: t.search.agent, width: 110, ellipsis: true, render: (_, ticket) => ticket.agent?.name },
    { title: t.search.rating, width: 80, align: 'right', dataIndex: 'rating' },
    {
      title: t.search.created,
      width: 150,
      render: (_, ticket) => describeTime(new Date(ticket.created_at), now, t.times),
    },
  ];
  return (
    <Page title={t.nav.search} lead={agent.role === 'agent' ? t.search.lead_agent : t.search.lead}>
      <div className="toolbar">
        <Input.Search
          allowClear
          autoFocus
          className="toolbar-search"
          placeholder={t.search.placeholder}
          aria-label={t.search.placeholder}
          onSearch={(value) => setWords(value.trim())}
        />
        <Segmented
          value={status}
          onChange={setStatus}
          options={STATUSES.map((value) => ({
            value,
            label: value === '' ? t.search.all : nameOf(t.statuses, value),
          }))}
        />
      </div>
      <Table
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={tickets}
        loading={found.isLoading}
        pagination={false}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.search.empty }}
        onRow={(ticket) => ({ onClick: () => go(`/tickets/${ticket.id}`), className: 'clickable' })}
      />
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </Page>
  );
}

const STATUS_COLORS: Record<Ticket['status'], string> = {
  queued: 'orange',
  active: 'green',
  message: 'blue',
  pending: 'purple',
  closed: 'default',
};
