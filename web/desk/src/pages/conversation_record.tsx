/** One conversation to be read, from its end upwards; what a human did is in its ticket. */

import { UserOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Result, Space, Spin, Tag } from 'antd';
import { useState, type JSX } from 'react';
import { Link } from 'wouter';
import type { Conversation } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { ConversationLog } from '../view/conversation_log.tsx';
import { Customer } from '../view/customer.tsx';
import { ExportButton } from '../view/export_button.tsx';
import { visitorName } from '../view/labels.ts';
import { useFilters } from '../view/location.ts';

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
  const [{ at }] = useFilters();
  const [showsCustomer, setShowsCustomer] = useState(false);
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
          {ticket !== null && (
            <Button icon={<UserOutlined />} onClick={() => setShowsCustomer(true)}>
              {t.customer.tab}
            </Button>
          )}
          <ExportButton address={`/desk/api/conversations/${id}/export`} />
        </Space>
      </header>
      {showsCustomer && ticket !== null && (
        <Drawer open title={title} onClose={() => setShowsCustomer(false)}>
          <CustomerOf ticketId={ticket.id} />
        </Drawer>
      )}
      <ConversationLog conversationId={id} name={title} at={at === undefined ? null : Number(at)} />
    </main>
  );
}

function CustomerOf({ ticketId }: { ticketId: number }): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({ queryKey: ['ticket', ticketId], queryFn: () => api.ticket(ticketId) });
  if (found.isError) return <p className="error-text">{errorText(found.error)}</p>;
  return found.data ? <Customer ticket={found.data} /> : <Spin className="page-spin" />;
}
