import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { blocksMessages } from '../core/notice.ts';
import type { Message } from '../core/protocol.ts';
import { describeTime, needsTime } from '@uwallet/shared/time.ts';
import type { SupportPayload } from '../core/support.ts';
import {
  answerKind,
  answerStart,
  givenRating,
  isVisible,
  offeredButtons,
  offeringMessage,
  offeringMessages,
  shownSteps,
  ratingOf,
  usefulButtons,
} from '../core/transcript.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { Typing } from './chatui.ts';
import { useChatState, useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { MessageRow, Row } from './message_row.tsx';
import { PendingRow, UploadRow } from './pending_row.tsx';
import { QuickReplies } from './quick_replies.tsx';
import { Rating } from './rating.tsx';
import { describeRating } from './rating_words.ts';
import { SupportRating } from './support_rating.tsx';

/** Nearer to the end than this counts as reading along. Pixels. */
const NEAR = 120;

/** Nearer to where an answer begins than this counts as having stayed there. Pixels. */
const NEAR_START = 24;

/** What is left free above where an answer begins. Pixels. */
const MARGIN = 8;

/** What the gateway says at the end of an agent's service. */
const ENDINGS: readonly string[] = ['closed', 'returned_to_bot'];

interface MessageLogProps {
  onEdit: (text: string) => void;
  /** Does what a button of the gateway's own means; returns whether the window can. */
  onSupport: (payload: SupportPayload) => boolean;
  /** Shows the notice again; null while it is shown, or where there is none. */
  onNotice: (() => void) | null;
}

/** What was said, what is on its way, and what can be answered with a press. */
export function MessageLog({ onEdit, onSupport, onNotice }: MessageLogProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const state = useChatState();
  const {
    transcript,
    outbox,
    uploads,
    typing,
    hasEarlier,
    loadingEarlier,
    phase,
    support,
    notice,
    newFrom,
    freshFrom,
  } = state;
  const [unfolded, setUnfolded] = useState(false);
  useEffect(() => setUnfolded(false), [freshFrom]);
  const from = unfolded ? 0 : freshFrom;
  const messages = useMemo(
    () => transcript.messages.filter((message) => message.id >= from && isVisible(message)),
    [transcript, from],
  );
  const folded = transcript.messages.some((message) => message.id < from && isVisible(message));
  const pending = outbox.filter(({ shown, attachment_id }) => shown !== '' && attachment_id === null);
  const answered = [...outbox, ...uploads].some((entry) => entry.state === 'waiting');
  const newestOffer = offeringMessage(transcript.messages);
  const offering = answered || typing === 'bot' || blocksMessages(notice) ? [] : offeringMessages(transcript.messages);
  const buttons = offeredButtons(offering, support);
  const rating = offering[0]?.ask === 'rating' ? usefulButtons(offering[0], support) : [];
  const seen = support?.owner === 'agent' ? lastSeen(messages, support.agent_read_id) : 0;
  const wanted = support?.rating_wanted ?? null;
  const ended =
    wanted === null ? undefined : messages.filter(({ support: told }) => ENDINGS.includes(told ?? '')).at(-1);
  const newestStep = messages.filter(({ progress }) => progress !== null).at(-1)?.id;
  const [live, setLive] = useState(false);
  useEffect(() => {
    if (phase === 'online') setLive(true);
  }, [phase]);
  const below = `${typing} ${offering[0]?.id} ${buttons.length} ${rating.length} ${seen} ${wanted}`;
  const log = useLogScroll(messages, pending.length + uploads.length, below);

  return (
    <div class="log-frame">
      <div
        class="log"
        ref={log.element}
        onScroll={log.onScroll}
        role="log"
        // What was said before is there to be read, not to be read out.
        aria-live={live ? 'polite' : 'off'}
        aria-label={strings.log}
        aria-busy={messages.length === 0 && phase === 'connecting'}
        tabIndex={0}
      >
        <div>
          {onNotice && (
            <button type="button" class="notice-link" onClick={onNotice}>
              {strings.notice.open}
            </button>
          )}
          {(hasEarlier || folded) && (
            <button
              type="button"
              class="earlier"
              disabled={loadingEarlier}
              onClick={() => (folded ? setUnfolded(true) : void chat.loadEarlier())}
            >
              {loadingEarlier ? strings.earlier_loading : strings.earlier}
            </button>
          )}
          {messages.length === 0 && phase === 'connecting' && <div class="log-empty">{strings.loading}</div>}
          {messages.map((message, index) => {
            const previous = messages[index - 1];
            const time = needsTime(message.created_at, previous?.created_at ?? null);
            return (
              <div key={message.id} class="log-item" data-id={message.id}>
                {message.id === newFrom && <Divider text={strings.divider.unread} />}
                {unfolded && message.id >= freshFrom && (previous?.id ?? freshFrom) < freshFrom && (
                  <Divider text={strings.divider.fresh} />
                )}
                {time && (
                  <time class="log-time" dateTime={message.created_at}>
                    {describeTime(new Date(message.created_at), new Date(), strings.time)}
                  </time>
                )}
                <MessageRow
                  message={message}
                  first={time || previous?.author !== message.author || previous.agent !== message.agent}
                  offering={offering.includes(message) && usefulButtons(message, support).length > 0}
                  chosen={nextWords(messages, index) ?? pending[0]?.shown ?? ''}
                  newestStep={newestStep === message.id}
                  shownSteps={shownSteps(messages, index)}
                  rating={describeRating(givenRating(messages, index), strings)}
                  seen={seen === message.id}
                  answer={answerKind(messages, index)}
                />
                {wanted !== null && ended?.id === message.id && <SupportRating key={wanted} ticket={wanted} />}
              </div>
            );
          })}
          {uploads.map((upload) => (
            <UploadRow key={upload.client_id} upload={upload} />
          ))}
          {pending.map((entry) => (
            <PendingRow
              key={entry.client_id}
              entry={entry}
              rating={describeRating(ratingOf(entry.shown, newestOffer), strings)}
              onEdit={onEdit}
            />
          ))}
          {typing && (
            <div class="typing-row" aria-hidden="true">
              <Row author={typing} first={messages.at(-1)?.author !== typing} agent={support?.agent ?? null}>
                <Typing />
                {typing === 'agent' && (
                  <span class="row-author">
                    {fill(strings.support.typing, { name: support?.agent ?? strings.author.agent })}
                  </span>
                )}
              </Row>
            </div>
          )}
          {rating.length > 0 && <Rating buttons={rating} />}
          {buttons.length > 0 && <QuickReplies buttons={buttons} onSupport={onSupport} />}
          {wanted !== null && !ended && <SupportRating key={wanted} ticket={wanted} />}
        </div>
      </div>
      {/* A greeting that is higher than the log has nothing newer below it. */}
      {log.away && messages.length > 1 && (
        <button type="button" class="to-end" onClick={log.toEnd}>
          {log.unseen > 0 ? fill(strings.new_messages, { count: log.unseen }) : strings.to_bottom}
          <Icon name="down" size={16} />
        </button>
      )}
    </div>
  );
}

/** A line across the log. */
function Divider({ text }: { text: string }): JSX.Element {
  return (
    <div class="log-divider" role="separator" aria-label={text}>
      <span>{text}</span>
    </div>
  );
}

/** Returns what the user said next after the message at `index`; null if nothing. */
function nextWords(messages: readonly Message[], index: number): string | null {
  return messages.find(({ author, text }, at) => at > index && author === 'user' && text !== '')?.text ?? null;
}

/** Returns the id of the user's last message up to one that the agent has seen; 0 if there is none. */
function lastSeen(messages: readonly Message[], agentReadId: number): number {
  return messages.filter(({ id, author }) => author === 'user' && id <= agentReadId).at(-1)?.id ?? 0;
}

function distanceToEnd(log: HTMLElement): number {
  return log.scrollHeight - log.scrollTop - log.clientHeight;
}

/** Returns where to scroll to: the end, but not beyond the beginning of the message with the id `start`. */
function newestPlace(log: HTMLElement, start: number): number {
  const end = Math.max(0, log.scrollHeight - log.clientHeight);
  const item = start > 0 ? log.querySelector(`[data-id="${start}"]`) : null;
  if (!item) return end;
  const top = item.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop;
  return Math.max(0, Math.min(end, top - MARGIN));
}

const placeOf = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement) => ({
  top: scrollTop,
  content: scrollHeight,
  view: clientHeight,
});

interface LogScroll {
  element: { current: HTMLDivElement | null };
  onScroll: () => void;
  toEnd: () => void;
  /** The user reads further back. */
  away: boolean;
  /** Messages that came meanwhile. */
  unseen: number;
}

/**
 * Keeps the newest in view for those who read along, and the place for those who read further back. The newest is the end of
 * the log; where an answer is higher than the log, it is the answer's beginning. `below` is another text whenever something
 * else than a message changes the height.
 */
function useLogScroll(messages: readonly Message[], pending: number, below: string): LogScroll {
  const element = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const before = useRef({ first: 0, height: 0 });
  const [away, setAway] = useState(false);
  const [seen, setSeen] = useState(0);
  const first = messages[0]?.id ?? 0;
  const last = messages.at(-1)?.id ?? 0;

  const known = useRef({ last: 0, pending: 0 });
  /** Where the log was put, and how high it was then. */
  const placed = useRef({ top: -1, content: -1, view: -1 });
  const start = useRef(0);

  const toEnd = useCallback((): void => {
    const log = element.current;
    if (!log) return;
    follows.current = true;
    start.current = 0;
    log.scrollTop = log.scrollHeight;
    placed.current = placeOf(log);
    setAway(false);
    setSeen(last);
  }, [last]);
  const follow = useCallback((): void => {
    const log = element.current;
    if (!log) return;
    log.scrollTop = newestPlace(log, start.current);
    placed.current = placeOf(log);
    setAway(distanceToEnd(log) >= NEAR);
  }, []);
  const onScroll = (): void => {
    const log = element.current;
    if (!log) return;
    const atEnd = distanceToEnd(log) < NEAR;
    const { top, content, view } = placed.current;
    const isOurs = Math.abs(log.scrollTop - top) < 1;
    const hasGrown = log.scrollHeight !== content || log.clientHeight !== view;
    placed.current = { top, content: log.scrollHeight, view: log.clientHeight };
    // Not the user's doing: our own, or the browser's after a picture has loaded or the keyboard has come.
    if (follows.current && (isOurs || hasGrown)) return setAway(!atEnd);
    follows.current = atEnd || Math.abs(log.scrollTop - newestPlace(log, start.current)) < NEAR_START;
    setAway(!atEnd);
    if (follows.current) setSeen(last);
  };

  // What the user sends is always brought into view.
  useLayoutEffect(() => {
    if (pending > 0) follows.current = true;
  }, [pending]);
  useLayoutEffect(() => {
    const log = element.current;
    if (!log) return;
    if (last !== known.current.last || pending !== known.current.pending) {
      start.current = pending > 0 ? 0 : answerStart(messages, known.current.last);
      known.current = { last, pending };
    }
    if (follows.current) {
      follow();
      setSeen(last);
    } else if (first < before.current.first) log.scrollTop += log.scrollHeight - before.current.height;
    before.current = { first, height: log.scrollHeight };
  }, [messages, first, last, pending, below, follow]);
  // Pictures, cards, keyboards and the window itself change heights later.
  useEffect(() => {
    const log = element.current;
    if (!log || !('ResizeObserver' in window)) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) follow();
    });
    for (const part of [log, ...log.children]) observer.observe(part);
    return () => observer.disconnect();
  }, [follow]);

  const unseen = messages.filter(({ id, author }) => id > seen && author !== 'user').length;
  return { element, onScroll, toEnd, away, unseen };
}
