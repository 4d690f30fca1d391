/** What each agent did in some days, beside the days before, and what users said of them. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Rate, Table, type TableProps } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { AgentFigures, AgentPerformance, Ticket } from '../core/protocol.ts';
import { describeWait } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk, useNow } from '../view/context.ts';
import { averageText, hoursText } from '../view/figures.ts';
import { ticketTitle } from '../view/labels.ts';

interface Days {
  from: string;
  to: string;
}

/** A row of the table: an agent, or all of them. */
type Row = Pick<AgentPerformance, 'id' | 'name' | 'figures' | 'before'>;

/** Stands for all agents. */
const ALL = 0;

export function Performance({ from, to }: Days): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({
    queryKey: ['insight', 'agents', from, to],
    queryFn: () => api.performance({ from, to }),
    placeholderData: (previous) => previous,
  });
  const rows: Row[] = found.data
    ? [
        { id: ALL, name: t.performance.all, figures: found.data.team.agent, before: found.data.before.agent },
        ...found.data.agents,
      ]
    : [];
  return (
    <>
      <p className="muted">{t.performance.lead}</p>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        scroll={{ x: 'max-content' }}
        loading={found.isLoading}
        columns={columns}
        dataSource={rows}
        rowClassName={({ id }) => (id === ALL ? 'row-total' : '')}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.performance.empty }}
      />
      <Comments from={from} to={to} />
    </>
  );
}

const seconds = (value: number | null): string => (value === null ? '' : describeWait(Math.round(value), t.waits));

const columns: NonNullable<TableProps<Row>['columns']> = [
  { title: t.performance.name, fixed: 'left', width: 120, dataIndex: 'name' },
  column(t.performance.handled, ({ handled }) => [handled, String(handled)]),
  column(t.performance.first_reply, ({ first_reply: { median } }) => [median, seconds(median)]),
  column(t.performance.handling, ({ handling: { median } }) => [median, seconds(median)]),
  column(t.performance.transfers, ({ transfers }) => [transfers, String(transfers)]),
  column(t.performance.rating, ({ rating }) => [
    rating.average,
    rating.average === null
      ? ''
      : fill(t.performance.ratings, { average: averageText(rating) ?? '', count: rating.count }),
  ]),
  column(t.performance.online, ({ online_seconds }) => [online_seconds, hoursText(online_seconds)]),
  column(t.performance.quality, ({ quality }) => [quality, quality === null ? '' : String(Math.round(quality))]),
];

/** A column of a figure with that of the days before below it; `of` gives what is sorted by, and the text. */
function column(
  title: string,
  of: (figures: AgentFigures) => [number | null, string],
): NonNullable<TableProps<Row>['columns']>[number] {
  return {
    title,
    width: 130,
    align: 'right',
    sorter: (a, b) => (of(a.figures)[0] ?? -1) - (of(b.figures)[0] ?? -1),
    render: (_, { figures, before }): ReactNode => {
      const [now, then] = [of(figures)[1], of(before)[1]];
      return (
        <>
          <div>{now === '' ? t.performance.none : now}</div>
          <div className="muted small">
            {fill(t.performance.before, { value: then === '' ? t.performance.none : then })}
          </div>
        </>
      );
    },
  };
}

const PAGE = 50;

/** Ratings of agents with what was said, the newest first. */
function Comments({ from, to }: Days): JSX.Element {
  const { api } = useDesk();
  const [, go] = useLocation();
  const now = new Date(useNow(60_000));
  const [low, setLow] = useState(false);
  const rating = low ? 'low' : 'any';
  const found = useInfiniteQuery({
    queryKey: ['insight', 'ratings', from, to, rating],
    queryFn: ({ pageParam }) => api.tickets({ from, to, rating, before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.has_more ? page.tickets.at(-1)?.id : undefined),
  });
  const commentColumns: TableProps<Ticket>['columns'] = [
    {
      title: t.search.rating,
      width: 150,
      render: (_, ticket) => <Rate disabled value={ticket.rating ?? 0} aria-label={String(ticket.rating)} />,
    },
    {
      title: t.performance.comment,
      render: (_, { rating_comment }) => <span className="answer-text">{rating_comment}</span>,
    },
    { title: t.search.topic, width: 160, ellipsis: true, render: (_, ticket) => ticketTitle(ticket) },
    { title: t.search.agent, width: 110, ellipsis: true, render: (_, ticket) => ticket.agent?.name },
    { title: t.search.number, width: 150, dataIndex: 'number' },
    {
      title: t.search.created,
      width: 140,
      render: (_, ticket) => describeTime(new Date(ticket.created_at), now, t.times),
    },
  ];
  return (
    <>
      <h2>{t.performance.comments}</h2>
      <div className="toolbar">
        <span className="muted">{t.performance.comments_lead}</span>
        <Checkbox checked={low} onChange={(event) => setLow(event.target.checked)}>
          {t.performance.only_low}
        </Checkbox>
      </div>
      <Table
        rowKey="id"
        size="small"
        pagination={false}
        loading={found.isLoading}
        columns={commentColumns}
        dataSource={found.data?.pages.flatMap((page) => page.tickets) ?? []}
        onRow={(ticket) => ({ onClick: () => go(`/tickets/${ticket.id}`), className: 'clickable' })}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.performance.comments_empty }}
      />
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}
