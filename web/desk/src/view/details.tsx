/** What is known beside the conversation: how far the procedure is, what was noted down, what happened, earlier tickets. */

import { useQuery } from '@tanstack/react-query';
import { Descriptions, Rate, Steps, Tabs, Tag, Timeline } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import type { JSX, ReactNode } from 'react';
import { Link } from 'wouter';
import type { Ticket, TicketDetails, TicketEvent } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { Contact } from './contact.tsx';
import { Customer } from './customer.tsx';
import { useDesk, useNow } from './context.ts';
import { ExportButton } from './export_button.tsx';
import { actorText, dueText, ticketTitle } from './labels.ts';
import { TicketLabels } from './ticket_labels.tsx';

interface DetailsProps {
  ticket: Ticket;
  details: TicketDetails | null;
}

export function Details({ ticket, details }: DetailsProps): JSX.Element {
  return (
    <aside className="details" aria-label={t.details.label}>
      <Tabs
        size="small"
        items={[
          { key: 'ticket', label: t.details.ticket, children: <About ticket={ticket} details={details} /> },
          { key: 'customer', label: t.customer.tab, children: <Customer key={ticket.id} ticket={ticket} /> },
          {
            key: 'earlier',
            label: fill(t.details.earlier, { count: details?.earlier.length ?? 0 }),
            children: <Earlier tickets={details?.earlier ?? []} />,
          },
          { key: 'events', label: t.details.events, children: <Events events={details?.events ?? []} /> },
        ]}
      />
    </aside>
  );
}

function About({ ticket, details }: DetailsProps): JSX.Element {
  const { agent } = useDesk();
  const now = new Date(useNow(60_000));
  const time = (at: string): string => describeTime(new Date(at), now, t.times);
  const intent = details?.intent ?? null;
  const intentName = useIntentTitle(intent, ticket);
  const collected = Object.entries(ticket.collected);
  const rows: [string, ReactNode][] = [
    [t.details.number, ticket.number],
    [t.details.reason, nameOf(t.reasons, ticket.reason)],
    [t.details.topic, ticket.topic?.title],
    [t.details.labels, <TicketLabels key={ticket.id} ticket={ticket} />],
    [t.details.contact, ticket.contact === null ? null : <Contact key={ticket.id} ticket={ticket} />],
    [t.details.site, ticket.site],
    [t.details.user, nameOf(t.user.kinds, ticket.user.kind)],
    ...Object.entries(ticket.user.context).map(([name, value]): [string, ReactNode] => [
      nameOf(t.details.context, name),
      value,
    ]),
    // What an admin needs to find a visitor's data, who has no name.
    [t.persons.conversation, agent.role === 'admin' ? ticket.conversation_id : null],
    [t.details.intent, intentName],
    [t.details.created, time(ticket.created_at)],
    [t.details.agent, ticket.agent?.name],
    [t.routing.group, ticket.group?.name],
    [t.details.preferred, ticket.preferred_agent?.name],
    [t.details.due, ticket.due_at === null ? null : dueText(ticket.due_at, now.getTime())],
    [t.details.disposition, ticket.disposition === null ? null : nameOf(t.dispositions, ticket.disposition)],
    [t.details.note, ticket.note],
    [
      t.details.rating,
      ticket.rating === null ? null : <Rate disabled value={ticket.rating} aria-label={String(ticket.rating)} />,
    ],
    [t.details.comment, ticket.rating_comment],
  ];
  return (
    <>
      <Procedure ticket={ticket} details={details} />
      {collected.length > 0 && (
        <>
          <h3>{t.details.collected}</h3>
          <Fields rows={collected.map(([name, value]) => [nameOf(t.collected, name), textOf(value)])} />
        </>
      )}
      <h3>{t.details.ticket}</h3>
      <Fields rows={rows.filter(([, value]) => value !== null && value !== undefined && value !== '')} />
      {agent.role !== 'agent' && (
        <div className="details-actions">
          <ExportButton size="small" address={`/desk/api/tickets/${ticket.id}/export`} />
        </div>
      )}
    </>
  );
}

/** Returns what an intent is called in Chinese, as far as this agent may know; null if it has no name. */
function useIntentTitle(name: string | null, ticket: Ticket): string | null {
  const { api, agent } = useDesk();
  const intents = useQuery({
    queryKey: ['intents'],
    queryFn: api.intents,
    enabled: name !== null && agent.role !== 'agent',
    retry: false,
    staleTime: Infinity,
  });
  if (ticket.topic !== null && name === ticket.topic.id) return ticket.topic.title;
  return intents.data?.find((intent) => intent.name === name)?.title ?? null;
}

function Fields({ rows }: { rows: readonly (readonly [string, ReactNode])[] }): JSX.Element {
  return (
    <Descriptions
      size="small"
      column={1}
      colon={false}
      items={rows.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

function Procedure({ ticket, details }: DetailsProps): JSX.Element | null {
  const progress = details?.progress;
  if (progress) {
    return (
      <>
        <h3>{progress.title || t.details.progress}</h3>
        <Steps
          size="small"
          orientation="vertical"
          current={progress.number - 1}
          items={progress.steps.map((title) => ({ title }))}
          className="procedure"
        />
      </>
    );
  }
  if (!ticket.step) return null;
  return (
    <p>
      <Tag color="blue">{fill(t.chat.step, { number: ticket.step.number, count: ticket.step.count })}</Tag>
      {ticket.step.title}
    </p>
  );
}

function Earlier({ tickets }: { tickets: readonly Ticket[] }): JSX.Element {
  const now = new Date(useNow(60_000));
  if (tickets.length === 0) return <p className="muted">{t.details.earlier_empty}</p>;
  return (
    <ul className="earlier">
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <Link href={`/tickets/${ticket.id}`}>
            <strong>{ticketTitle(ticket)}</strong>
            <span className="muted">
              {describeTime(new Date(ticket.created_at), now, t.times)} · {ticket.number}
            </span>
            <span>
              <Tag>{nameOf(ticket.disposition ? t.dispositions : t.statuses, ticket.disposition ?? ticket.status)}</Tag>
              {ticket.rating !== null && <Tag color="gold">{fill(t.details.stars, { count: ticket.rating })}</Tag>}
            </span>
            {ticket.note !== null && <span className="muted">{ticket.note}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Events({ events }: { events: readonly TicketEvent[] }): JSX.Element {
  const now = new Date(useNow(60_000));
  return (
    <Timeline
      className="events"
      items={[...events].reverse().map((event, index) => ({
        key: index,
        content: (
          <>
            <div>
              {nameOf(t.events, event.kind)}
              <span className="muted"> {actorText(event.actor)}</span>
            </div>
            {wordsOf(event) !== '' && <div className="event-words">{wordsOf(event)}</div>}
            <div className="muted">{describeTime(new Date(event.at), now, t.times)}</div>
          </>
        ),
      }))}
    />
  );
}

/** What somebody wrote or decided. */
function wordsOf({ details }: TicketEvent): string {
  const target = typeof details.target === 'string' ? nameOf(t.targets.kinds, details.target) : '';
  const disposition = typeof details.disposition === 'string' ? nameOf(t.dispositions, details.disposition) : '';
  const rating = typeof details.rating === 'number' ? fill(t.details.stars, { count: details.rating }) : '';
  const priority = typeof details.priority === 'number' ? t.priorities[details.priority] : '';
  const due = typeof details.due_at === 'string' ? dueText(details.due_at, Date.now()) : '';
  const labels = Array.isArray(details.labels) ? details.labels.join(t.list_separator) : '';
  const visitor = typeof details.visitor === 'string' ? fill(t.user.visitor, { code: details.visitor }) : '';
  const written = [labels, visitor, details.to, details.memo, details.text, details.note, details.comment];
  return [target, disposition, rating, priority, due, ...written]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(t.event_separator);
}
