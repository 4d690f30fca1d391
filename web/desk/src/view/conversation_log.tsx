/** What was said in a conversation, to be read: from its end upwards, or around one message. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Spin } from 'antd';
import { useLayoutEffect, useMemo, useRef, type JSX } from 'react';
import type { TicketEvent } from '../core/protocol.ts';
import { timelineOf } from '../core/timeline.ts';
import { t } from '../i18n/strings.ts';
import { errorText, useDesk, useNow } from './context.ts';
import { EarlierMessages, LogPart, LogTime } from './log_rows.tsx';
import { MessageRow } from './message_row.tsx';

const PAGE = 100;
/** Messages behind the one that is looked at. */
const BEHIND = 30;
const NO_EVENTS: readonly TicketEvent[] = [];

interface ConversationLogProps {
  conversationId: string;
  /** What the user is called. */
  name: string;
  /** Id of the message that it opens at; null for the newest. */
  at?: number | null;
}

interface Cursor {
  before?: number;
  after?: number;
}

export function ConversationLog({ conversationId, name, at = null }: ConversationLogProps): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const log = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const begin: Cursor = at === null ? {} : { before: at + BEHIND };
  const found = useInfiniteQuery({
    queryKey: ['conversation_messages', conversationId, at],
    queryFn: ({ pageParam }) => api.conversationMessages(conversationId, { ...pageParam, limit: PAGE }),
    initialPageParam: begin,
    // The next page is the one before: it is read upwards.
    getNextPageParam: (page): Cursor | undefined => {
      const first = page.messages[0]?.id;
      return page.has_more && first !== undefined ? { before: first } : undefined;
    },
    getPreviousPageParam: (page, _pages, cursor): Cursor | undefined => {
      const last = page.messages.at(-1)?.id;
      const mayGoOn = cursor.after === undefined ? cursor.before !== undefined : page.has_more;
      return mayGoOn && last !== undefined ? { after: last } : undefined;
    },
  });
  const items = useMemo(
    () =>
      timelineOf(
        [...(found.data?.pages ?? [])].reverse().flatMap(({ messages }) => messages),
        NO_EVENTS,
      ),
    [found.data],
  );
  const first = items[0]?.key;
  // What is being read stays where it is when earlier messages come above it; at first that is the end, or the hit.
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const isFirst = height.current === 0;
    const hit = isFirst ? element.querySelector('[data-hit]') : null;
    if (hit) hit.scrollIntoView({ block: 'center' });
    else element.scrollTop += element.scrollHeight - height.current;
    height.current = first === undefined ? 0 : element.scrollHeight;
    // Later messages come below and move nothing.
  }, [first]);
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
                  isHit={item.message.id === at}
                  mark={null}
                  onRefresh={() => void found.refetch()}
                />
              );
            case 'event':
              return null;
          }
        })}
        {found.hasPreviousPage && (
          <div className="log-hint">
            <Button
              size="small"
              type="link"
              loading={found.isFetchingPreviousPage}
              onClick={() => void found.fetchPreviousPage()}
            >
              {t.chat.later}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
