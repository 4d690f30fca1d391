/** The middle of the desk: who it is, what was said, and what can be done about it. */

import { HourglassOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Space, Tag, Tooltip } from 'antd';
import { useRef, useState, type JSX } from 'react';
import { useStore } from 'zustand';
import { ApiError } from '../core/api.ts';
import type { Chat } from '../core/chat.ts';
import type { Suggestion, Ticket, TicketDetails, TicketEvent } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { AssignDialog } from './assign_dialog.tsx';
import { CloseDialog } from './close_dialog.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import { useAction, useDesk } from './context.ts';
import { onlineText, stateText, ticketTitle, userName } from './labels.ts';
import { MessageLog } from './message_log.tsx';
import { Priority } from './priority.tsx';
import { ReturnDialog } from './return_dialog.tsx';
import { Summary } from './summary.tsx';
import { Target } from './target.tsx';
import { TransferDialog } from './transfer_dialog.tsx';
import { useShortcuts } from './use_shortcuts.ts';
import { Wait } from './wait.tsx';

interface ConversationProps {
  ticket: Ticket;
  details: TicketDetails | null;
  chat: Chat;
}

type Dialog = 'transfer' | 'return' | 'close' | 'later' | 'assign' | null;

const NO_EVENTS: readonly TicketEvent[] = [];

export function Conversation({ ticket, details, chat }: ConversationProps): JSX.Element {
  const { desk, preferences } = useDesk();
  const mine = desk.isMine(ticket);
  const [dialog, setDialog] = useState<Dialog>(null);
  const composer = useRef<ComposerHandle>(null);
  const suggestions = useSuggestions(ticket, chat, mine);
  const showsDetails = useStore(preferences.state, (values) => values.details);

  const claim = useClaim(ticket);
  const own = (open: Dialog) => (mine ? { run: () => setDialog(open) } : null);
  const suggest = (index: number) => () => {
    const suggestion = suggestions[index];
    if (suggestion) composer.current?.insert(suggestion.text);
  };
  useShortcuts({
    transfer: () => own('transfer')?.run(),
    return_to_bot: () => own('return')?.run(),
    close: () => (mine || ticket.status === 'message' || ticket.status === 'pending') && setDialog('close'),
    toggle_details: () => preferences.setDetails(!showsDetails),
    suggestion_1: suggest(0),
    suggestion_2: suggest(1),
    suggestion_3: suggest(2),
    suggestion_4: suggest(3),
    suggestion_5: suggest(4),
  });
  const takeBack = (text: string): void => {
    if (text !== '') composer.current?.insert(text);
  };
  return (
    <main className="conversation" aria-label={fill(t.chat.with, { name: userName(ticket) })}>
      <Head ticket={ticket} onAction={setDialog} onClaim={claim.run} claiming={claim.busy} />
      <Summary ticket={ticket} />
      <MessageLog ticket={ticket} chat={chat} mine={mine} events={details?.events ?? NO_EVENTS} onTakeBack={takeBack} />
      <Composer
        key={ticket.id}
        ref={composer}
        ticket={ticket}
        chat={chat}
        mine={mine}
        suggestions={suggestions}
        onClaim={claim.run}
        claiming={claim.busy}
        onClose={() => setDialog('close')}
        onLater={() => setDialog('later')}
      />
      {dialog === 'transfer' && <TransferDialog ticket={ticket} onClose={() => setDialog(null)} />}
      {dialog === 'return' && <ReturnDialog ticket={ticket} onClose={() => setDialog(null)} />}
      {dialog === 'close' && (
        <CloseDialog ticket={ticket} events={details?.events ?? NO_EVENTS} onClose={() => setDialog(null)} />
      )}
      {dialog === 'later' && (
        <CloseDialog later ticket={ticket} events={details?.events ?? NO_EVENTS} onClose={() => setDialog(null)} />
      )}
      {dialog === 'assign' && <AssignDialog tickets={[ticket]} onClose={() => setDialog(null)} />}
    </main>
  );
}

interface HeadProps {
  ticket: Ticket;
  onAction: (dialog: Dialog) => void;
  onClaim: () => void;
  claiming: boolean;
}

function Head({ ticket, onAction, onClaim, claiming }: HeadProps): JSX.Element {
  const { agent, desk } = useDesk();
  const mine = desk.isMine(ticket);
  const supervises = agent.role !== 'agent' && ticket.status !== 'closed';
  return (
    <header className="head">
      <div className="head-who">
        <h1>
          {userName(ticket)}
          <span className="head-online">
            <span className="online-dot" data-online={ticket.user.online ?? false} /> {onlineText(ticket)}
          </span>
        </h1>
        <div className="head-tags">
          <Priority of={ticket.priority} solid />
          <Tag>{ticketTitle(ticket)}</Tag>
          <Tag>{stateText(ticket)}</Tag>
          <span className="muted">{ticket.number}</span>
          {ticket.status === 'queued' && ticket.queued_at !== null && (
            <span className="muted">
              {t.chat.waits} <Wait since={ticket.queued_at} />
            </span>
          )}
          <Target ticket={ticket} />
          {ticket.agent !== null && !mine && (
            <span className="muted">{fill(t.chat.served_by, { name: ticket.agent.name })}</span>
          )}
        </div>
      </div>
      <Space>
        {ticket.status === 'queued' && (
          <Button type="primary" loading={claiming} onClick={onClaim}>
            {t.actions.claim}
          </Button>
        )}
        {mine && (
          <>
            <KeepOpen ticket={ticket} />
            <Action title="Alt + T" onClick={() => onAction('transfer')} text={t.actions.transfer} />
            <Action title="Alt + B" onClick={() => onAction('return')} text={t.actions.return_to_bot} />
            <Action title="Alt + W" onClick={() => onAction('close')} text={t.actions.close} primary />
          </>
        )}
        {supervises && !mine && <Button onClick={() => onAction('assign')}>{t.actions.assign}</Button>}
      </Space>
    </header>
  );
}

function Action(props: { title: string; text: string; onClick: () => void; primary?: boolean }): JSX.Element {
  return (
    <Tooltip title={props.title}>
      <Button {...(props.primary ? { type: 'primary' as const } : {})} onClick={props.onClick}>
        {props.text}
      </Button>
    </Tooltip>
  );
}

/** Whether the agent waits for a user who was told to do something that takes longer. */
function KeepOpen({ ticket }: { ticket: Ticket }): JSX.Element {
  const { desk, api } = useDesk();
  const [run, busy] = useAction();
  const toggle = (): void => void run(async () => desk.adopt(await api.keepOpen(ticket.id, !ticket.kept_open)));
  return (
    <Tooltip title={ticket.kept_open ? t.chat.kept_open : t.chat.keep_open_lead}>
      <Button
        type={ticket.kept_open ? 'primary' : 'default'}
        ghost={ticket.kept_open}
        icon={<HourglassOutlined />}
        aria-label={t.actions.keep_open}
        aria-pressed={ticket.kept_open}
        loading={busy}
        onClick={toggle}
      />
    </Tooltip>
  );
}

function useClaim(ticket: Ticket): { run: () => void; busy: boolean } {
  const { desk, api } = useDesk();
  const [run, busy] = useAction();
  const take = async (): Promise<void> => {
    try {
      desk.adopt(await api.claim(ticket.id));
    } catch (error) {
      // Who came second may see no more of the ticket: the refusal is the last to tell whose it is.
      if (error instanceof ApiError && error.details.agent)
        desk.adopt({ ...ticket, status: error.details.status, agent: error.details.agent });
      throw error;
    }
  };
  const claim = (): void => void run(take).then((done) => (done ? undefined : desk.refresh()));
  return { run: claim, busy };
}

const NONE: readonly Suggestion[] = [];

/** What the knowledge files say to the user's last message; asked for again when there is a newer one. */
function useSuggestions(ticket: Ticket, chat: Chat, mine: boolean): readonly Suggestion[] {
  const { api } = useDesk();
  const lastQuestion = useStore(
    chat.state,
    ({ transcript }) => transcript.messages.findLast(({ author, text }) => author === 'user' && text !== '')?.id ?? 0,
  );
  const query = useQuery({
    queryKey: ['suggestions', ticket.id, lastQuestion],
    queryFn: () => api.suggestions(ticket.id),
    enabled: mine && lastQuestion > 0,
    retry: false,
    staleTime: Infinity,
  });
  return query.data?.suggestions ?? NONE;
}
