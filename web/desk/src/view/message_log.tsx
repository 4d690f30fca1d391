/** The conversation from top to bottom, kept at its end while the agent is there. */

import { ArrowDownOutlined } from '@ant-design/icons';
import { Button, Spin } from 'antd';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type JSX } from 'react';
import { useStore } from 'zustand';
import type { Chat } from '../core/chat.ts';
import type { Ticket, TicketEvent } from '../core/protocol.ts';
import { timelineOf } from '../core/timeline.ts';
import { t } from '../i18n/strings.ts';
import { useAttention, useDesk, useNow } from './context.ts';
import { userName } from './labels.ts';
import { EarlierMessages, LogPart, LogTime } from './log_rows.tsx';
import { EventRow, MessageRow, OutgoingRow } from './message_row.tsx';

/** How near to its end the log counts as at its end. Pixels. */
const NEAR = 60;

interface MessageLogProps {
  ticket: Ticket;
  chat: Chat;
  /** Whether the agent serves this user, who is then told what was read. */
  mine: boolean;
  events: readonly TicketEvent[];
  /** A text that was not sent goes back into the composer. */
  onTakeBack: (text: string) => void;
}

export function MessageLog({ ticket, chat, mine, events, onTakeBack }: MessageLogProps): JSX.Element {
  const { transcript, hasEarlier, loadingEarlier, outgoing, phase, error, userTyping, userReadId } = useStore(
    chat.state,
  );
  const items = useMemo(() => timelineOf(transcript.messages, events), [transcript, events]);
  const now = new Date(useNow(60_000));
  const name = userName(ticket);
  const last = transcript.messages.at(-1)?.id ?? 0;
  const lastOwn = transcript.messages.findLast(({ author }) => author === 'agent')?.id;
  const sent = outgoing.at(-1)?.client_id ?? null;
  const scroll = useStickyScroll([items, outgoing, userTyping], transcript.messages[0]?.id ?? 0, last, sent);
  useReading(mine && phase === 'live', scroll, transcript);

  return (
    <div className="log-frame">
      <div className="log" ref={scroll.log} onScroll={scroll.onScroll} role="log" aria-label={t.chat.log} tabIndex={0}>
        <div ref={scroll.body}>
          {phase === 'failed' && <p className="log-hint">{error || t.errors.request}</p>}
          {phase === 'loading' && <Spin className="page-spin" />}
          {hasEarlier && <EarlierMessages loading={loadingEarlier} onClick={() => void chat.loadEarlier()} />}
          {items.map((item) => {
            switch (item.type) {
              case 'time':
                return <LogTime key={item.key} at={item.at} now={now} />;
              case 'part':
                return <LogPart key={item.key} part={item.part} />;
              case 'event':
                return <EventRow key={item.key} event={item.event} />;
              case 'message':
                return (
                  <MessageRow
                    key={item.key}
                    message={item.message}
                    part={item.part}
                    userName={name}
                    conversationId={ticket.conversation_id}
                    mark={item.message.id === lastOwn ? (userReadId >= lastOwn ? t.chat.read : t.chat.unread) : null}
                    onRefresh={(id) => void chat.refresh(id)}
                  />
                );
            }
          })}
          {outgoing.map((entry) => (
            <OutgoingRow
              key={entry.client_id}
              entry={entry}
              onRetry={() => chat.retry(entry.client_id)}
              onDiscard={() => onTakeBack(chat.discard(entry.client_id))}
            />
          ))}
          {userTyping && (
            <div className="typing" role="status">
              {t.chat.typing}
              <span className="typing-dots" aria-hidden>
                <i />
                <i />
                <i />
              </span>
            </div>
          )}
        </div>
      </div>
      {scroll.missed && (
        <Button className="log-down" shape="round" icon={<ArrowDownOutlined />} onClick={scroll.toEnd}>
          {t.chat.to_end}
        </Button>
      )}
    </div>
  );
}

interface StickyScroll {
  log: { current: HTMLDivElement | null };
  /** What is in it. */
  body: { current: HTMLDivElement | null };
  onScroll: () => void;
  toEnd: () => void;
  /** Whether the end is on the screen. */
  isAtEnd: () => boolean;
  /** Something came while the agent was reading further up. */
  missed: boolean;
}

/**
 * Keeps the end in sight if it was, and what is being read in its place when earlier messages come.
 *
 * @param sent the agent's own words that were sent last: they are wanted in sight, wherever the agent was reading.
 */
function useStickyScroll(content: unknown[], first: number, last: number, sent: string | null): StickyScroll {
  const log = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const before = useRef({ atEnd: true, height: 0, top: 0, first, last, sent });
  const [missed, setMissed] = useState(false);
  const measure = useCallback((): void => {
    const element = log.current;
    if (!element) return;
    const was = before.current;
    const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    // Only who scrolls up leaves the end. A picture that comes after a jump to it is no such thing.
    const atEnd = isNear || (was.atEnd && element.scrollTop >= was.top);
    Object.assign(was, { atEnd, height: element.scrollHeight, top: element.scrollTop });
    if (atEnd) setMissed(false);
  }, []);
  const toEnd = useCallback((): void => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
    measure();
  }, [measure]);
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const was = before.current;
    const isEarlier = first < was.first && was.first > 0;
    const hasSent = sent !== null && sent !== was.sent;
    if (isEarlier && !hasSent) element.scrollTop = was.top + element.scrollHeight - was.height;
    else if (was.atEnd || hasSent) element.scrollTop = element.scrollHeight;
    else if (last > was.last) setMissed(true);
    before.current = { ...was, first, last, sent };
    measure();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `content` is what may have changed the height
  }, [...content, first, last, sent, measure]);
  // Pictures and the composer change the height later.
  useEffect(() => {
    const element = log.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (before.current.atEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    if (body.current) observer.observe(body.current);
    return () => observer.disconnect();
  }, []);
  const isAtEnd = useCallback(() => before.current.atEnd, []);
  return { log, body, onScroll: measure, toEnd, isAtEnd, missed };
}

/** Tells the user that their messages are read, while the agent who serves them looks at the newest one. */
function useReading(serves: boolean, { isAtEnd, missed }: StickyScroll, transcript: unknown): void {
  const { desk } = useDesk();
  const attentive = useAttention();
  useEffect(() => {
    if (serves && attentive && isAtEnd()) desk.seen();
    // `missed` ends when the agent comes back to the end.
  }, [desk, serves, attentive, isAtEnd, missed, transcript]);
}
