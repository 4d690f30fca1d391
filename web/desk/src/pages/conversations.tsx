/** All conversations, those with the bot alone, too: found by what was said and by what became of them. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Tag, type TableColumnsType } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { Fragment, useState, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import { search } from '../core/api.ts';
import type { Conversation } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { BulkBar } from '../view/bulk_bar.tsx';
import { useAccounts, useDesk, useNow } from '../view/context.ts';
import { ExportButton } from '../view/export_button.tsx';
import { Choice, Days, MoreFilters, optionsOf, SearchField, searchedWords } from '../view/filters.tsx';
import { shortStateText, visitorName } from '../view/labels.ts';
import { useFilters } from '../view/location.ts';
import { Page } from '../view/page.tsx';
import { PagedTable } from '../view/paged_table.tsx';
import { SavedViews } from '../view/saved_views.tsx';

const PAGE = 50;

export function Conversations(): JSX.Element {
  const { api } = useDesk();
  const [, go] = useLocation();
  const [filters, setFilters, replaceFilters] = useFilters();
  const now = new Date(useNow(60_000));
  const agents = useAccounts();
  const [chosen, setChosen] = useState<readonly (string | number)[]>([]);
  const choices = useQuery({ queryKey: ['conversation_filters'], queryFn: api.conversationFilters, retry: false });
  const wanted = { ...filters, query: searchedWords(filters.query ?? '') };
  const found = useInfiniteQuery({
    queryKey: ['conversations', wanted],
    queryFn: ({ pageParam }) => api.conversations({ ...wanted, offset: pageParam, limit: PAGE }),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => (page.has_more ? pages.length * PAGE : undefined),
  });
  const conversations = uniqueById(found.data?.pages.flatMap((page) => page.conversations) ?? []);
  const columns: TableColumnsType<Conversation> = [
    {
      title: t.search.user,
      width: 150,
      ellipsis: true,
      render: (_, row) => <Link href={placeOf(row)}>{visitorName(row.name, row.id)}</Link>,
    },
    {
      title: t.conversations.last,
      render: (_, row) => (
        <div className="conversation-line">
          {row.match !== null ? (
            <>
              <span className="muted">{row.match.author ? t.authors[row.match.author] : t.conversations.record}</span>{' '}
              <Marked {...row.match} />
            </>
          ) : (
            (row.last_message?.text ?? '') || t.chat.picture
          )}
        </div>
      ),
    },
    {
      title: t.search.topic,
      width: 190,
      responsive: ['sm'],
      render: (_, { topics }) =>
        topics
          .slice(0, 3)
          .map(({ id, title }) => title ?? id)
          .join(t.list_separator),
    },
    {
      title: t.conversations.outcome,
      width: 180,
      render: (_, { outcome, ticket }) => (
        <Tag color={OUTCOME_COLORS[outcome]}>
          {ticket === null ? t.conversations.outcomes[outcome] : ticketState(ticket)}
        </Tag>
      ),
    },
    {
      title: t.search.agent,
      width: 100,
      responsive: ['sm'],
      ellipsis: true,
      render: (_, { ticket }) => ticket?.agent?.name,
    },
    {
      title: t.search.rating,
      width: 70,
      responsive: ['sm'],
      align: 'right',
      render: (_, row) => row.ticket?.rating ?? row.bot_rating,
    },
    { title: t.details.site, width: 110, responsive: ['sm'], ellipsis: true, dataIndex: 'site' },
    {
      title: t.conversations.active,
      width: 130,
      render: (_, { active_at }) => describeTime(new Date(active_at), now, t.times),
    },
  ];
  const topics = (choices.data?.topics ?? []).map(({ id, title }) => ({ value: id, label: title ?? id }));
  return (
    <Page
      title={t.nav.conversations}
      lead={t.conversations.lead}
      actions={<ExportButton address="/desk/api/conversations/export" query={search(wanted)} />}
    >
      <div className="toolbar">
        <SavedViews place="conversations" filters={filters} onApply={replaceFilters} />
        <SearchField
          value={filters.query ?? ''}
          placeholder={t.conversations.placeholder}
          onSearch={(query) => setFilters({ query })}
        />
        <MoreFilters filters={filters}>
          <Days from={filters.from} to={filters.to} onChange={setFilters} />
          <Choice
            label={t.search.topic}
            value={filters.topic}
            options={topics}
            onChange={(topic) => setFilters({ topic })}
          />
          <Choice
            label={t.conversations.outcome}
            value={filters.outcome}
            options={optionsOf(t.conversations.outcomes)}
            onChange={(outcome) => setFilters({ outcome })}
          />
          <Choice
            label={t.search.agent}
            value={filters.agent_id}
            options={(agents.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(agent_id) => setFilters({ agent_id })}
          />
          <Choice
            label={t.search.rating}
            value={filters.rating}
            options={optionsOf(t.filters.ratings)}
            onChange={(rating) => setFilters({ rating })}
          />
          <Choice
            label={t.filters.contains}
            value={filters.contains}
            options={optionsOf(t.filters.contents)}
            onChange={(contains) => setFilters({ contains })}
          />
          {(choices.data?.sites.length ?? 0) > 1 && (
            <Choice
              label={t.details.site}
              value={filters.site}
              options={(choices.data?.sites ?? []).map(({ key, name }) => ({ value: key, label: name }))}
              onChange={(site) => setFilters({ site })}
            />
          )}
        </MoreFilters>
      </div>
      <BulkBar of="conversations" chosen={chosen} onChoose={setChosen} />
      <PagedTable
        choice={{
          chosen,
          onChange: (keys) => setChosen(keys.map(String)),
          label: ({ name, id }) => visitorName(name, id),
        }}
        columns={columns}
        rows={conversations}
        found={found}
        empty={t.conversations.empty}
        onOpen={(row) => go(placeOf(row))}
      />
    </Page>
  );
}

function ticketState(ticket: NonNullable<Conversation['ticket']>): string {
  return fill(t.conversations.by_human, { state: shortStateText(ticket) });
}

/** What was searched for is on the screen when the conversation opens. */
function placeOf({ id, match }: Conversation): string {
  return `/conversations/${id}` + search({ at: match?.message_id });
}

/** Conversations that have moved up between two pages come once. */
function uniqueById(conversations: readonly Conversation[]): Conversation[] {
  return [...new Map(conversations.map((conversation) => [conversation.id, conversation])).values()];
}

/** A text in which what was searched for stands out. */
function Marked({ text, marks }: NonNullable<Conversation['match']>): JSX.Element {
  // The gateway counts code points.
  const characters = Array.from(text);
  const part = (start: number, end?: number): string => characters.slice(start, end).join('');
  const parts: JSX.Element[] = [];
  let from = 0;
  for (const { start, end } of marks) {
    if (start < from) continue;
    parts.push(
      <Fragment key={start}>
        {part(from, start)}
        <mark>{part(start, end)}</mark>
      </Fragment>,
    );
    from = end;
  }
  return (
    <>
      {parts}
      {part(from)}
    </>
  );
}

const OUTCOME_COLORS: Record<Conversation['outcome'], string> = {
  handed_over: 'blue',
  solved: 'green',
  not_solved: 'orange',
  abandoned: 'gold',
  other: 'default',
};
