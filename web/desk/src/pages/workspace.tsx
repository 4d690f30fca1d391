/** Where agents work: who waits, the conversation, and what is known of it. */

import { LeftOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Result, Spin } from 'antd';
import { useEffect, useState, type JSX } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import type { Chat } from '../core/chat.ts';
import type { Ticket, TicketDetails } from '../core/protocol.ts';
import { nextOf } from '../core/queue_view.ts';
import { neighbour } from '../core/shortcuts.ts';
import { listsOf } from '../core/tickets.ts';
import { t } from '../i18n/strings.ts';
import {
  errorText,
  useAction,
  useAssignmentMode,
  useDesk,
  useDeskState,
  useNow,
  useOwnGroups,
} from '../view/context.ts';
import { Conversation } from '../view/conversation.tsx';
import { Details } from '../view/details.tsx';
import { Keys } from '../view/shortcut_help.tsx';
import { TicketList } from '../view/ticket_list.tsx';
import { useShortcuts } from '../view/use_shortcuts.ts';

export function Workspace({ ticketId }: { ticketId: number | null }): JSX.Element {
  const { desk, api } = useDesk();
  const [, go] = useLocation();
  const tickets = useDeskState((state) => state.tickets);
  const lists = listsOf(tickets, desk.options.agentId);
  const [run, busy] = useAction();
  const own = useOwnGroups();
  const next = nextOf(lists.waiting, own, useNow(10_000));
  /** On a phone, where there is no room for both: what is known of the ticket in place of the conversation. */
  const [onPhoneShowsDetails, setDetails] = useState(false);
  useEffect(() => setDetails(false), [ticketId]);

  const claimNext = (): void => {
    if (!next) return;
    void run(async () => {
      desk.adopt(await api.claim(next.id));
      go(`/tickets/${next.id}`);
    }).then((done) => (done ? undefined : desk.refresh()));
  };
  const walk = (step: 1 | -1): void => {
    const ids = [...lists.mine, ...lists.waiting, ...lists.followUps, ...lists.messages].map(({ id }) => id);
    const id = neighbour(ids, ticketId, step);
    if (id !== null) go(`/tickets/${id}`);
  };
  useShortcuts({ claim_next: claimNext, next_chat: () => walk(1), previous_chat: () => walk(-1) });
  return (
    <div className="workspace" data-open={ticketId !== null} data-details={ticketId !== null && onPhoneShowsDetails}>
      <TicketList lists={lists} openId={ticketId} next={next} onClaimNext={claimNext} claiming={busy} />
      {ticketId === null ? (
        <Welcome waiting={lists.waiting.length} />
      ) : (
        <>
          <div className="phone-bar">
            <Button type="text" icon={<LeftOutlined />} onClick={() => go('/')}>
              {t.queue.label}
            </Button>
            <Button type="text" aria-pressed={onPhoneShowsDetails} onClick={() => setDetails(!onPhoneShowsDetails)}>
              {onPhoneShowsDetails ? t.chat.log : t.details.label}
            </Button>
          </div>
          <OpenTicket key={ticketId} ticketId={ticketId} showsDetails={onPhoneShowsDetails} />
        </>
      )}
    </div>
  );
}

function Welcome({ waiting }: { waiting: number }): JSX.Element {
  const mode = useAssignmentMode();
  return (
    <main className="welcome">
      <Result
        icon={<span aria-hidden />}
        title={waiting > 0 ? t.welcome.waiting : t.welcome.empty}
        subTitle={
          <>
            {mode !== undefined && <p>{mode === 'manual' ? t.welcome.taken : t.welcome.given}</p>}
            {t.welcome.claim} <Keys keys={['Alt', 'N']} /> · {t.welcome.help} <Keys keys={['?']} />
          </>
        }
      />
    </main>
  );
}

function OpenTicket({ ticketId, showsDetails }: { ticketId: number; showsDetails: boolean }): JSX.Element {
  const { desk, api, preferences } = useDesk();
  const [, go] = useLocation();
  const [chat, setChat] = useState<Chat | null>(null);
  const live = useDeskState(({ tickets }) => tickets.get(ticketId));
  const details = useQuery({ queryKey: ['ticket', ticketId], queryFn: () => api.ticket(ticketId) });
  const prefersDetails = useStore(preferences.state, (values) => values.details);

  useEffect(() => {
    setChat(desk.open(ticketId));
    return () => desk.leave(ticketId);
  }, [desk, ticketId]);

  const ticket = newest(live, details.data);
  if (!ticket || !chat) {
    return (
      <main className="conversation">
        {details.isError ? (
          <Result
            status="warning"
            title={errorText(details.error)}
            extra={<Button onClick={() => go('/')}>{t.back}</Button>}
          />
        ) : (
          <Spin className="page-spin" />
        )}
      </main>
    );
  }
  return (
    <>
      <Conversation ticket={ticket} details={details.data ?? null} chat={chat} />
      {(prefersDetails || showsDetails) && <Details ticket={ticket} details={details.data ?? null} />}
    </>
  );
}

function newest(live: Ticket | undefined, fetched: TicketDetails | undefined): Ticket | undefined {
  if (!live || !fetched) return live ?? fetched;
  return fetched.version > live.version ? fetched : live;
}
