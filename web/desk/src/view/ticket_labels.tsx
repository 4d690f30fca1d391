/** The words by which agents sort a ticket. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Select } from 'antd';
import type { JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';

export function TicketLabels({ ticket }: { ticket: Ticket }): JSX.Element {
  const { api, desk } = useDesk();
  const queries = useQueryClient();
  const labels = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const [run, busy] = useAction();
  const save = (wanted: string[]): void =>
    void run(async () => {
      desk.adopt(await api.setLabels(ticket.id, wanted));
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['labels'] }),
        queries.invalidateQueries({ queryKey: ['ticket', ticket.id] }),
      ]);
    });
  return (
    <Select
      mode="tags"
      size="small"
      className="ticket-labels"
      maxCount={10}
      loading={busy}
      tokenSeparators={[',', '，', '、']}
      placeholder={t.details.labels_placeholder}
      aria-label={t.details.labels}
      value={ticket.labels}
      options={(labels.data ?? []).map(({ label }) => ({ value: label, label }))}
      onChange={save}
    />
  );
}
