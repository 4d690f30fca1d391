/** Finding tickets: those that are over, too. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Segmented, Tag, type TableColumnsType } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import { search } from '../core/api.ts';
import type { Ticket } from '../core/protocol.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { BulkBar } from '../view/bulk_bar.tsx';
import { useAgents, useDesk, useGroups, useNow } from '../view/context.ts';
import { Due } from '../view/due.tsx';
import { ExportButton } from '../view/export_button.tsx';
import { Choice, Days, MoreFilters, optionsOf, SearchField, searchedWords } from '../view/filters.tsx';
import { stateText, ticketTitle, userName } from '../view/labels.ts';
import { useFilters } from '../view/location.ts';
import { Page } from '../view/page.tsx';
import { PagedTable } from '../view/paged_table.tsx';
import { Priority } from '../view/priority.tsx';
import { SavedViews } from '../view/saved_views.tsx';

const STATUSES = ['', 'queued', 'active', 'message', 'pending', 'closed'] as const;
const PAGE = 50;

export function Search(): JSX.Element {
  const { api, agent } = useDesk();
  const [, go] = useLocation();
  const [filters, setFilters, replaceFilters] = useFilters();
  const agents = useAgents();
  const groups = useGroups();
  const [chosen, setChosen] = useState<readonly (string | number)[]>([]);
  const labels = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const supervises = agent.role !== 'agent';
  const wanted = { ...filters, query: searchedWords(filters.query ?? '') };
  const now = new Date(useNow(60_000));
  const found = useInfiniteQuery({
    queryKey: ['tickets', 'search', wanted],
    queryFn: ({ pageParam }) => api.tickets({ ...wanted, before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.has_more ? page.tickets.at(-1)?.id : undefined),
  });
  const tickets = found.data?.pages.flatMap((page) => page.tickets) ?? [];
  const columns: TableColumnsType<Ticket> = [
    {
      title: t.search.number,
      dataIndex: 'number',
      width: 150,
      render: (number: string, ticket) => (
        <>
          <Link href={`/tickets/${ticket.id}`}>{number}</Link>
          <div className="phone-only muted">{userName(ticket)}</div>
        </>
      ),
    },
    { title: t.search.user, width: 130, responsive: ['sm'], ellipsis: true, render: (_, ticket) => userName(ticket) },
    {
      title: t.search.topic,
      render: (_, ticket) => (
        <div className="tags">
          <Priority of={ticket.priority} />
          <span>{ticketTitle(ticket)}</span>
          {ticket.labels.map((label) => (
            <Tag key={label}>{label}</Tag>
          ))}
        </div>
      ),
    },
    {
      title: t.search.status,
      width: 160,
      render: (_, ticket) => <Tag color={STATUS_COLORS[ticket.status]}>{stateText(ticket)}</Tag>,
    },
    {
      title: t.search.agent,
      width: 100,
      responsive: ['sm'],
      ellipsis: true,
      render: (_, ticket) => ticket.agent?.name,
    },
    {
      title: t.search.due,
      width: 130,
      render: (_, { due_at }) => due_at !== null && <Due at={due_at} />,
    },
    { title: t.search.rating, width: 70, responsive: ['sm'], align: 'right', dataIndex: 'rating' },
    {
      title: t.search.created,
      width: 130,
      responsive: ['sm'],
      render: (_, ticket) => describeTime(new Date(ticket.created_at), now, t.times),
    },
  ];
  return (
    <Page
      title={t.nav.search}
      lead={supervises ? t.search.lead : t.search.lead_agent}
      actions={supervises ? <ExportButton address="/desk/api/tickets/export" query={search(wanted)} /> : undefined}
    >
      <div className="toolbar">
        <SavedViews place="tickets" filters={filters} onApply={replaceFilters} />
        <SearchField
          value={filters.query ?? ''}
          placeholder={t.search.placeholder}
          onSearch={(query) => setFilters({ query })}
        />
        <MoreFilters filters={filters}>
          <Segmented
            value={filters.status ?? ''}
            onChange={(status) => setFilters({ status })}
            options={STATUSES.map((value) => ({
              value,
              label: value === '' ? t.search.all : nameOf(t.statuses, value),
            }))}
          />
          <Days from={filters.from} to={filters.to} onChange={setFilters} />
          <Choice
            label={t.routing.group}
            value={filters.group_id}
            options={(groups.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            none={t.filters.no_groups}
            onChange={(group_id) => setFilters({ group_id })}
          />
          <Choice
            label={t.search.label}
            value={filters.label}
            options={(labels.data ?? []).map(({ label, tickets: count }) => ({
              value: label,
              label: `${label} (${count})`,
            }))}
            none={t.filters.no_labels}
            onChange={(label) => setFilters({ label })}
          />
          <Choice
            label={t.search.agent}
            value={filters.agent_id}
            options={(agents.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(agent_id) => setFilters({ agent_id })}
          />
          <Choice
            label={t.search.priority}
            value={filters.priority}
            options={t.priorities.map((label, value) => ({ value: String(value), label }))}
            onChange={(priority) => setFilters({ priority })}
          />
          <Choice
            label={t.search.rating}
            value={filters.rating}
            options={optionsOf(t.filters.ratings)}
            onChange={(rating) => setFilters({ rating })}
          />
        </MoreFilters>
      </div>
      <BulkBar of="tickets" chosen={chosen} onChoose={setChosen} />
      <PagedTable
        choice={{
          chosen,
          onChange: (keys) => setChosen(keys.map(Number)),
          label: ({ number }) => number,
        }}
        columns={columns}
        rows={tickets}
        found={found}
        empty={t.search.empty}
        onOpen={(ticket) => go(`/tickets/${ticket.id}`)}
      />
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
