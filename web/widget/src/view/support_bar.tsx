import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Support } from '../core/support.ts';
import { fill } from '@uwallet/shared/fill.ts';
import type { Strings } from '../i18n/strings.ts';
import { useChatContext, useChatState } from './context.ts';
import { CopyButton } from './copy_button.tsx';
import { Icon } from './icons.tsx';

interface SupportBarProps {
  /** The user is asked whether they really want to leave the queue. */
  leaving: boolean;
  onLeaving: (leaving: boolean) => void;
  /** Opens the form for a message; null while it is open. */
  onMessage: (() => void) | null;
}

/** How it stands with a human: the place in the queue, or the message that was or can be left. */
export function SupportBar({ leaving, onLeaving, onMessage }: SupportBarProps): JSX.Element | null {
  const { strings, storage, refocus } = useChatContext();
  const { support } = useChatState();
  const [hidden, setHidden] = useState(() => storage.read('ticket_hidden'));
  // The form needs the room, on a phone most of all.
  if (!support || (!onMessage && !leaving)) return null;
  const { queue, message } = strings.support;
  const number = support.ticket?.number ?? '';
  const copy = number !== '' && <CopyButton text={number} label={fill(strings.tickets.copy, { number })} />;
  const open = support.can_leave_message && onMessage && (
    <button type="button" class="support-action" onClick={onMessage}>
      {message.open}
    </button>
  );
  if (support.owner === 'queued') {
    if (leaving) return <Leaving onDone={() => onLeaving(false)} />;
    return (
      <Bar kind="queued">
        <span class="support-text" role="status">
          {describePlace(support, queue)}
          {number !== '' && <small>{fill(queue.ticket, { number })}</small>}
        </span>
        {copy}
        {open}
        <button type="button" class="support-action" onClick={() => onLeaving(true)}>
          {queue.leave}
        </button>
      </Bar>
    );
  }
  if (support.owner !== 'bot' || support.ticket?.status !== 'message') return null;
  if (support.can_leave_message) {
    return (
      <Bar kind="message">
        <span class="support-text" role="status">
          {message.offer}
        </span>
        {open}
      </Bar>
    );
  }
  if (hidden === number) return null;
  return (
    <Bar kind="message">
      <span class="support-text" role="status">
        {fill(message.left, { number })}
      </span>
      {copy}
      <button
        type="button"
        class="tool support-close"
        aria-label={strings.banner.dismiss}
        onClick={() => {
          setHidden(number);
          storage.write('ticket_hidden', number);
          refocus();
        }}
      >
        <Icon name="close" size={16} />
      </button>
    </Bar>
  );
}

function Bar({ kind, children }: { kind: 'queued' | 'message'; children: ComponentChildren }): JSX.Element {
  return (
    <div class="support-bar" data-kind={kind}>
      <Icon name={kind === 'queued' ? 'human' : 'note'} size={18} />
      {children}
    </div>
  );
}

function describePlace(
  { position, wait_minutes, wait_minutes_least }: Support,
  queue: Strings['support']['queue'],
): string {
  if (position === null) return queue.unknown;
  const place = position <= 1 ? queue.next : fill(queue.position, { position });
  if (wait_minutes === null) return place;
  const most = Math.max(1, wait_minutes);
  const least = wait_minutes_least === null ? most : Math.max(1, wait_minutes_least);
  return place + fill(queue.minutes, { minutes: least < most ? fill(queue.range, { least, most }) : most });
}

/** Asks again. Staying stands where a second tap or Enter falls; leaving is a way off. */
function Leaving({ onDone }: { onDone: () => void }): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  const { queue } = strings.support;
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState('');
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus({ preventScroll: true }), []);
  const close = (): void => {
    onDone();
    refocus();
  };
  const leave = async (): Promise<void> => {
    setSending(true);
    const outcome = await chat.support.leaveQueue();
    setSending(false);
    if (outcome.ok) close();
    else setProblem(outcome.error.message || queue.failed);
  };
  return (
    <div
      class="support-bar"
      data-kind="leaving"
      role="group"
      aria-label={queue.leave_hint}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <p class="support-text" role="alert">
        {problem || queue.confirm}
      </p>
      <div class="support-choices">
        <button type="button" class="support-action" disabled={sending} onClick={() => void leave()}>
          {sending ? queue.leaving : queue.leave}
        </button>
        <button type="button" class="support-action support-stay" ref={stay} onClick={close}>
          {queue.stay}
        </button>
      </div>
    </div>
  );
}
