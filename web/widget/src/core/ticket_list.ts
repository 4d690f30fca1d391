/** The user's requests for a human, as `GET /api/v1/support/tickets` tells them. */

import { fields, text } from '@uwallet/shared/wire.ts';

/** What a user needs to know of how it stands. */
export type TicketStatus = 'queued' | 'active' | 'message' | 'pending' | 'closed';

export interface PastTicket {
  number: string;
  status: TicketStatus;
  /** ISO 8601. */
  created_at: string;
}

const STATUSES: readonly string[] = ['queued', 'active', 'message', 'pending', 'closed'];

/** Reads `{tickets: [{number, status, created_at}]}`. */
export function readTickets(value: unknown): PastTicket[] {
  const { tickets } = fields(value);
  if (!Array.isArray(tickets)) return [];
  return tickets
    .map(fields)
    .map((ticket) => ({
      number: text(ticket.number),
      status: text(ticket.status) as TicketStatus,
      created_at: text(ticket.created_at),
    }))
    .filter(({ number, status }) => number !== '' && STATUSES.includes(status));
}
