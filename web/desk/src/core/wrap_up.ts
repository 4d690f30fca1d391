/** The note with which a chat is closed, as far as the dialogue's state tells it; the agent looks it over. Pure. */

import { fill } from '@uwallet/shared/fill.ts';
import type { Ticket, TicketEvent } from './protocol.ts';

/** How somebody is reached stands in the ticket, masked, and is not copied into notes. */
const CONTACTS: readonly string[] = ['phone_number', 'email', 'account'];

export interface WrapUpTexts {
  step: string;
  collected: string;
  item: string;
  alarms: string;
  transfers: string;
  contact: string;
  sentence: string;
  separator: string;
}

export interface WrapUpNames {
  topic: string;
  collected: Record<string, string>;
  alarms: Record<string, string>;
  list_separator: string;
}

/** Returns what the matter was, how far the bot had come, what it noted down, and how often the chat was passed on. */
export function wrapUpOf(
  ticket: Ticket,
  events: readonly TicketEvent[],
  texts: WrapUpTexts,
  names: WrapUpNames,
): string {
  const { step, collected, alarms, contact } = ticket;
  const items = Object.entries(collected)
    .filter(([name, value]) => !CONTACTS.includes(name) && ['string', 'number'].includes(typeof value))
    .map(([name, value]) => fill(texts.item, { name: names.collected[name] ?? name, value: String(value) }));
  const told = alarms.map(({ kind }) => names.alarms[kind] ?? kind);
  const transfers = events.filter(({ kind }) => kind === 'transferred' || kind === 'requeued').length;
  const list = (all: readonly string[]): string => all.join(names.list_separator);
  const parts = [
    names.topic,
    step ? fill(texts.step, { number: step.number, title: step.title }) : '',
    told.length > 0 ? fill(texts.alarms, { items: list(told) }) : '',
    items.length > 0 ? fill(texts.collected, { items: list(items) }) : '',
    contact === null ? '' : texts.contact,
    transfers > 0 ? fill(texts.transfers, { count: transfers }) : '',
  ].filter((part) => part !== '');
  return fill(texts.sentence, { parts: parts.join(texts.separator) });
}
