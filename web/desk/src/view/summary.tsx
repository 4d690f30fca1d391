/** What the bot hands over, on top of the conversation: the agent need not ask again. */

import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useState, type JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { Contact } from './contact.tsx';

/** Lines that are shown before somebody asks for all. */
const FIRST_LINES = 3;

export function Summary({ ticket }: { ticket: Ticket }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const lines = ticket.summary.split('\n').filter((line) => line.trim() !== '');
  const left = ticket.message !== null || (ticket.status === 'message' && ticket.contact !== null);
  if (lines.length === 0 && !left) return null;
  return (
    <section className="summary" aria-label={t.summary.title}>
      {left && (
        <Alert
          type="warning"
          title={
            <>
              {t.summary.left}
              {ticket.contact !== null && <Contact key={ticket.id} ticket={ticket} />}
            </>
          }
          description={<div className="summary-message">{ticket.message}</div>}
        />
      )}
      {lines.length > 0 && (
        <div className="summary-body">
          <div className="summary-title">
            {t.summary.title} · {nameOf(t.reasons, ticket.reason)}
          </div>
          {(all ? lines : lines.slice(0, FIRST_LINES)).map((line, index) => (
            <p key={index}>{line}</p>
          ))}
          {lines.length > FIRST_LINES && (
            <Button
              type="link"
              size="small"
              icon={all ? <UpOutlined /> : <DownOutlined />}
              aria-expanded={all}
              onClick={() => setAll(!all)}
            >
              {all ? t.summary.less : t.summary.more}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
