/** One line of a conversation. */

import { RobotOutlined } from '@ant-design/icons';
import { fill as fillText } from '@uwallet/shared/fill.ts';
import { Button, Image, Tag, Tooltip } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import type { Outgoing } from '../core/outbox.ts';
import type { Attachment, Message, Progress, TicketEvent } from '../core/protocol.ts';
import type { Part } from '../core/timeline.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';
import { RichText } from './rich_text.tsx';

interface MessageRowProps {
  message: Message;
  part: Part;
  userName: string;
  conversationId: string;
  /** Whether it is what somebody looks for. */
  isHit?: boolean;
  /** Under the agent's last message: whether the user has seen it. */
  mark: ReactNode;
  /** The address of a picture has run out. */
  onRefresh: (id: number) => void;
}

export function MessageRow({
  message,
  part,
  userName,
  conversationId,
  isHit = false,
  mark,
  onRefresh,
}: MessageRowProps): JSX.Element {
  const { author, text, attachment, buttons, metadata } = message;
  if (author === 'system') {
    return (
      <div className="row-system">
        <span className="row-system-text">
          <span className="row-system-label">{t.chat.system}</span> <RichText text={text} marked />
        </span>
      </div>
    );
  }
  const step = progressOf(metadata.progress);
  return (
    <div className="row" data-author={author} data-part={part} data-hit={isHit || undefined}>
      <div className="row-author">
        {author === 'bot' && <RobotOutlined />} {authorName(message, userName)}
      </div>
      <div className="bubble">
        {step && (
          <div className="bubble-step">
            {step.title} · {fillText(t.chat.step, { number: step.number, count: step.count })}
          </div>
        )}
        {attachment && <Picture attachment={attachment} onExpired={() => onRefresh(message.id)} />}
        {text !== '' && <RichText text={text} marked={author !== 'user'} />}
        {buttons.length > 0 && (
          <div className="bubble-buttons" aria-label={t.chat.buttons}>
            {buttons.map(({ title, payload }) => (
              <Tag key={payload}>{title}</Tag>
            ))}
          </div>
        )}
      </div>
      {author === 'bot' && message.in_reply_to !== null && (
        <WrongAnswer conversationId={conversationId} questionId={message.in_reply_to} />
      )}
      {message.reading && <Reading reading={message.reading} />}
      {mark !== null && <div className="row-mark">{mark}</div>}
    </div>
  );
}

/** Says that the bot answered wrong, which puts the question on the list of those that it could not answer. */
function WrongAnswer({ conversationId, questionId }: { conversationId: string; questionId: number }): JSX.Element {
  const { api } = useDesk();
  const [run, busy] = useAction();
  const [marked, setMarked] = useState(false);
  const toggle = (): void =>
    void run(
      () => api.markAnswer(conversationId, questionId, !marked),
      marked ? t.chat.mark_taken_back : t.chat.marked_lead,
    ).then((done) => done && setMarked(!marked));
  return (
    <Tooltip title={t.chat.mark_lead}>
      <Button size="small" type="text" className="row-wrong" aria-pressed={marked} loading={busy} onClick={toggle}>
        {marked ? t.chat.marked : t.chat.mark}
      </Button>
    </Tooltip>
  );
}

/** Why the bot said this: what it took the user's message for. Users never see it. */
function Reading({ reading }: { reading: Record<string, unknown> }): JSX.Element | null {
  const { source, evidence, certainty } = reading;
  if (typeof source !== 'string' || typeof evidence !== 'string') return null;
  const percent = typeof certainty === 'number' ? ` · ${Math.round(certainty * 100)}%` : '';
  return (
    <details className="row-reading">
      <summary>{t.chat.reading}</summary>
      {nameOf(t.reading_sources, source)} · {evidence}
      {percent}
    </details>
  );
}

function authorName({ author, metadata }: Message, userName: string): string {
  if (author === 'user') return userName;
  const { name, role } = (metadata.agent ?? {}) as { name?: unknown; role?: unknown };
  if (author !== 'agent' || typeof name !== 'string') return t.authors[author];
  return role === 'supervisor' ? fill(t.chat.supervisor, { name }) : name;
}

function progressOf(value: unknown): Progress | null {
  const progress = value as Partial<Progress> | null | undefined;
  if (typeof progress?.number !== 'number' || typeof progress.count !== 'number') return null;
  return { title: progress.title ?? '', number: progress.number, count: progress.count, steps: progress.steps ?? [] };
}

/** Largest picture in the conversation. Pixels. */
const PICTURE = { width: 260, height: 240 };

function Picture({ attachment, onExpired }: { attachment: Attachment; onExpired: () => void }): JSX.Element {
  const [asked, setAsked] = useState('');
  const { width, height } = attachment;
  const scale = Math.min(1, PICTURE.width / width, PICTURE.height / height);
  return (
    <Image
      src={attachment.url}
      alt={t.chat.picture}
      width={Math.round(width * scale)}
      height={Math.round(height * scale)}
      className="picture"
      // Once for each address: a picture that is gone stays gone.
      onError={() => {
        if (asked === attachment.url) return;
        setAsked(attachment.url);
        onExpired();
      }}
    />
  );
}

/** What the agents see and the user does not. */
export function EventRow({ event }: { event: TicketEvent }): JSX.Element {
  const { kind, actor, details } = event;
  const name = actor.name ?? nameOf(t.actors, actor.kind);
  const target = typeof details.to === 'string' ? details.to : '';
  const text = typeof details.text === 'string' ? details.text : typeof details.memo === 'string' ? details.memo : '';
  return (
    <div className="row-note" data-kind={kind}>
      <div className="row-author">
        <Tag color={kind === 'whisper' ? 'purple' : 'gold'} variant={kind === 'whisper' ? 'solid' : 'filled'}>
          {kind === 'note' ? t.chat.note : nameOf(t.events, kind)}
        </Tag>
        {name}
        {kind !== 'note' && target !== '' && ` → ${target}`}
      </div>
      {text !== '' && <div className="bubble">{text}</div>}
    </div>
  );
}

interface OutgoingRowProps {
  entry: Outgoing;
  onRetry: () => void;
  onDiscard: () => void;
}

/** What is on its way, or could not be sent. */
export function OutgoingRow({ entry, onRetry, onDiscard }: OutgoingRowProps): JSX.Element {
  const blocked = entry.state === 'blocked';
  return (
    <div className="row" data-author="agent" data-part="human" data-state={entry.state}>
      <div className="bubble">
        {entry.preview !== undefined && <img src={entry.preview} alt={t.chat.picture} className="picture outgoing" />}
        {entry.text}
      </div>
      <div className="row-mark" role={blocked ? 'alert' : undefined}>
        {blocked ? (
          <>
            <span className="error-text">{entry.error || t.chat.not_sent}</span>
            <Button type="link" size="small" onClick={onRetry}>
              {t.chat.send_again}
            </Button>
            <Button type="link" size="small" onClick={onDiscard}>
              {entry.kind === 'text' ? t.chat.take_back : t.chat.discard}
            </Button>
          </>
        ) : (
          t.chat.sending
        )}
      </div>
    </div>
  );
}
