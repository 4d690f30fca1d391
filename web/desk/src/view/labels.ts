/** What things are called on the desk. */

import { describeOpening, describeTime } from '@uwallet/shared/time.ts';
import type { CannedReply, Conversation, Presence, Settings, Ticket, TicketEvent } from '../core/protocol.ts';
import { isRequest } from '../core/tickets.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';

/** Returns what a ticket is about, in a few words. */
export function ticketTitle(ticket: Ticket): string {
  return ticket.topic?.title ?? nameOf(t.reasons, ticket.reason);
}

/** Returns what to call the user: the name that the site gives, else one that tells visitors apart. */
export function userName(ticket: Ticket): string {
  return visitorName(ticket.user.name, ticket.conversation_id);
}

/** Returns what to call the user of a conversation. */
export function visitorName(name: string | null, conversationId: string): string {
  return name !== null && name !== '' ? name : fill(t.user.visitor, { code: conversationId.slice(-4).toUpperCase() });
}

/** Returns what state a ticket is in, with its outcome once it is over. */
export function stateText(ticket: Pick<Ticket, 'status' | 'disposition' | 'message' | 'contact'>): string {
  const state = isRequest(ticket) ? t.statuses.request : t.statuses[ticket.status];
  return ticket.disposition === null ? state : stateOf(state, ticket.disposition);
}

/** The same of the ticket of a conversation, of which less is told. */
export function shortStateText({ status, disposition }: NonNullable<Conversation['ticket']>): string {
  return disposition === null ? t.statuses[status] : stateOf(t.statuses[status], disposition);
}

function stateOf(state: string, disposition: string): string {
  return fill(t.chat.ended_as, { state, disposition: nameOf(t.dispositions, disposition) });
}

/** Returns who did something, and as what if it was no agent. */
export function actorText({ kind, name, role }: TicketEvent['actor']): string {
  if (name === null) return nameOf(t.actors, kind);
  return role === 'supervisor' || role === 'admin' ? fill(t.chat.by_role, { name, role: t.roles[role] }) : name;
}

/** Returns what a time zone is called: Asia/Shanghai is no word for readers. */
export function zoneName(zone: string): string {
  const parts = new Intl.DateTimeFormat('zh-CN', { timeZone: zone, timeZoneName: 'long' }).formatToParts();
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** What canned replies may contain, by name; empty where it is not known. */
export function replyValues(ticket: Ticket, agent: string, settings: Settings): Record<string, string> {
  const { brand, reply_variables: variables } = settings;
  return {
    [variables.user]: ticket.user.called ?? ticket.user.name ?? '',
    [variables.number]: ticket.number,
    [variables.agent]: agent,
    [variables.brand]: brand,
    [variables.topic]: ticket.topic?.title ?? '',
    [variables.site]: ticket.site,
  };
}

/** Returns when somebody is to come back to a ticket (ISO 8601), or was. `now`: milliseconds since 1970. */
export function dueText(at: string, now: number): string {
  const due = new Date(at);
  return due.getTime() < now
    ? describeTime(due, new Date(now), t.times)
    : describeOpening(due, new Date(now), t.due_times);
}

/** Returns the newest message in one line. */
export function preview(ticket: Ticket): string {
  const last = ticket.status === 'message' && ticket.message ? null : ticket.last_message;
  if (last === null) return ticket.message ?? ticket.summary.split('\n')[0] ?? '';
  const text = last.text === '' ? t.chat.picture : last.text.replace(/\s+/g, ' ');
  return last.author === 'user' ? text : fill(t.chat.said_by, { author: t.authors[last.author], text });
}

export const PRESENCE_STATUS: Record<Presence, 'success' | 'warning' | 'default'> = {
  online: 'success',
  away: 'warning',
  offline: 'default',
};

/** Returns the address that reaches a contact, or null if it looks like none. */
export function contactAddress(contact: string): string | null {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact)) return `mailto:${contact}`;
  const digits = contact.replace(/[\s-]/g, '');
  return /^\+?\d{5,20}$/.test(digits) ? `tel:${digits}` : null;
}

/** Whether the user is connected, as far as anybody can know. */
export function onlineText(ticket: Ticket): string {
  if (ticket.user.online === null) return t.user.behind_backend;
  return ticket.user.online ? t.user.online : t.user.offline;
}

/** Returns what happens when a canned reply is sent, beside that it is sent; empty if nothing does. */
export function effectsOf({ labels, ending, follow_up_hours }: CannedReply): string[] {
  return [
    ...(labels.length === 0 ? [] : [fill(t.composer.macro_label, { labels: labels.join(t.list_separator) })]),
    ...(ending === null ? [] : [fill(t.replies.ends[ending], { hours: follow_up_hours ?? 0 })]),
  ];
}
