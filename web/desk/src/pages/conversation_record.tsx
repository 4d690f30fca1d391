/** One conversation to be read, from its end upwards; what a human did is in its ticket. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Result, Space, Spin, Tag } from 'antd';
import { useLayoutEffect, useMemo, useRef, type JSX } from 'react';
import { Link } from 'wouter';
import type { Conversation, TicketEvent } from '../core/protocol.ts';
import { timelineOf } from '../core/timeline.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useDesk, useNow } from '../view/context.ts';
import { ExportButton } from '../view/export_button.tsx';
import { visitorName } from '../view/labels.ts';
import { EarlierMessages, LogPart, LogTime } from '../view/log_rows.tsx';
import { MessageRow } from '../view/message_row.tsx';

const PAGE = 100;
const NO_EVENTS: readonly TicketEvent[] = [];

export function ConversationRecord({ conversationId }: { conversationId: string }): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({
    queryKey: ['conversation', conversationId],
    queryFn: () => api.conversation(conversationId),
  });
  if (found.isError) {
    return (
      <Result
        status="warning"
        title={errorText(found.error)}
        extra={
          <Link href="/conversations">
            <Button>{t.conversations.back}</Button>
          </Link>
        }
      />
    );
  }
  if (!found.data) return <Spin className="page-spin" />;
  return <Record conversation={found.data} />;
}

function Record({ conversation }: { conversation: Conversation }): JSX.Element {
  const { id, name, site, outcome, topics, ticket, kind, context } = conversation;
  const title = visitorName(name, id);
  return (
    <main className="conversation record" aria-label={fill(t.chat.with, { name: title })}>
      <header className="head">
        <div className="head-who">
          <h1>{title}</h1>
          <div className="head-tags">
            <Tag>{t.conversations.outcomes[outcome]}</Tag>
            {topics.map((topic) => (
              <Tag key={topic.id}>{topic.title ?? topic.id}</Tag>
            ))}
            <span className="muted">
              {[site, nameOf(t.user.kinds, kind), ...Object.values(context)].join(t.event_separator)}
            </span>
          </div>
        </div>
        <Space>
          {ticket !== null && (
            <Link href={`/tickets/${ticket.id}`}>
              <Button>{fill(t.conversations.ticket, { number: ticket.number })}</Button>
            </Link>
          )}
          <ExportButton address={`/desk/api/conversations/${id}/export`} />
        </Space>
      </header>
      <Log conversationId={id} name={title} />
    </main>
  );
}

function Log({ conversationId, name }: { conversationId: string; name: string }): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const log = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const found = useInfiniteQuery({
    queryKey: ['conversation_messages', conversationId],
    queryFn: ({ pageParam }) => api.conversationMessages(conversationId, { before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.has_more ? page.messages[0]?.id : undefined),
  });
  const items = useMemo(
    () =>
      timelineOf(
        [...(found.data?.pages ?? [])].reverse().flatMap(({ messages }) => messages),
        NO_EVENTS,
      ),
    [found.data],
  );
  // What is being read stays where it is when earlier messages come above it; at first that is the end.
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    element.scrollTop += element.scrollHeight - height.current;
    height.current = element.scrollHeight;
  }, [items]);
  return (
    <div className="log-frame">
      <div className="log" ref={log} role="log" aria-label={t.chat.log} tabIndex={0}>
        {found.isError && <p className="log-hint">{errorText(found.error)}</p>}
        {found.isLoading && <Spin className="page-spin" />}
        {found.hasNextPage && (
          <EarlierMessages loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()} />
        )}
        {items.map((item) => {
          switch (item.type) {
            case 'time':
              return <LogTime key={item.key} at={item.at} now={now} />;
            case 'part':
              return <LogPart key={item.key} part={item.part} />;
            case 'message':
              return (
                <MessageRow
                  key={item.key}
                  message={item.message}
                  part={item.part}
                  userName={name}
                  conversationId={conversationId}
                  mark={null}
                  onRefresh={() => void found.refetch()}
                />
              );
            case 'event':
              return null;
          }
        })}
      </div>
    </div>
  );
}
