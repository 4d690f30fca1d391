/** The words by which agents sort a ticket. */

import { useQueryClient } from '@tanstack/react-query';
import type { JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { useAction, useDesk } from './context.ts';
import { LabelSelect } from './label_select.tsx';

export function TicketLabels({ ticket }: { ticket: Ticket }): JSX.Element {
  const { api, desk } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const save = (wanted: string[]): void =>
    void run(async () => {
      desk.adopt(await api.setLabels(ticket.id, wanted));
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['labels'] }),
        queries.invalidateQueries({ queryKey: ['ticket', ticket.id] }),
      ]);
    });
  return <LabelSelect size="small" className="ticket-labels" loading={busy} value={ticket.labels} onChange={save} />;
}
