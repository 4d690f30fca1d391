/** What docs/protocol.md defines, as types, and the reading of what the gateway sends. */

import { DEFAULT_LIMITS } from '@uwallet/shared/limits.ts';
import type { Limits } from '@uwallet/shared/protocol.gen.ts';
import { readNotice, type Notice } from './notice.ts';
import { readSupport, type Support } from './support.ts';
import { fields, isFields, numberOrNull, text, textOrNull, texts } from '@uwallet/shared/wire.ts';

export type Author = 'user' | 'bot' | 'agent' | 'system';

/** How much a button weighs. */
export type Role = 'primary' | 'normal' | 'danger';

export interface QuickReply {
  title: string;
  payload: string;
  role: Role;
  /** Id of the message that offers it. */
  offered_by: number;
  /** Its number in a list that can be answered with one. */
  number?: number;
}

export interface Attachment {
  id: string;
  /** Relative to the gateway, signed, valid for a short time only. */
  url: string;
  content_type: string;
  width: number | null;
  height: number | null;
  size: number | null;
}

/** What stands under an answer or a step. */
export interface Card {
  picture: { url: string; alt: string } | null;
  link: { url: string; title: string } | null;
}

export interface Progress extends Card {
  kind: 'procedure' | 'diagnosis';
  title: string;
  number: number;
  count: number;
  steps: string[];
}

export interface Message {
  /** Counts the messages of the conversation from 1 without gaps. */
  id: number;
  author: Author;
  text: string;
  buttons: QuickReply[];
  attachment: Attachment | null;
  progress: Progress | null;
  /** What stands under an answer that is no step. */
  card: Card | null;
  /** `rating`, `choice`, or null. */
  ask: string | null;
  /** Must not be read over. */
  warning: boolean;
  /** What the bot has noted down, one line each. */
  details: string | null;
  handoff: boolean;
  /** Name of the response that the bot gave, such as `utter_greet`. */
  response: string | null;
  /** Of a system message: what it is about. */
  notice: string | null;
  /**
   * Of a system message about human support: what has happened, such as `queued` (docs/support.md). Of a user's: `message` if it
   * was left for human support.
   */
  support: string | null;
  /** Where the user who left it can be reached. */
  contact: string | null;
  /** Name of the agent who wrote it. */
  agent: string | null;
  /** Whether it is a supervisor who speaks beside the agent. */
  supervisor: boolean;
  /** ISO 8601, UTC. */
  created_at: string;
  client_id: string | null;
  /** What the user says of this answer of the bot. */
  feedback: Feedback | null;
}

export interface Feedback {
  helpful: boolean;
  /** Codes, of an answer that did not help. */
  reasons: string[];
  comment: string;
}

export interface Confirmation {
  token: string;
  identity: 'visitor' | 'user';
  last_id: number;
  messages: Message[];
  has_more: boolean;
  limits: Limits;
  /** Null from a gateway without human support. */
  support: Support | null;
  /** Null where the site wants none. */
  notice: Notice | null;
}

export interface WireError {
  code: string;
  /** Chinese; may be shown. Empty if the gateway sent none. */
  message: string;
  /** Seconds. */
  retry_after: number | null;
}

export type Acknowledgement = { ok: true; message: Message | null } | { ok: false; error: WireError };

/** What `user_uttered` carries. */
export interface Utterance {
  message: string;
  client_id: string;
  kind: 'text' | 'payload';
  attachment_id?: string;
  /** Of a payload: the message whose button was pressed. */
  offered_by?: number;
}

/** Payload that asks for a greeting. */
export const START_PAYLOAD = '/session_start';

function readRole(value: unknown): Role {
  return value === 'primary' || value === 'danger' ? value : 'normal';
}

/** Says that none of a list is meant. */
const DENY_PAYLOAD = '/deny';

/** Numbers the options of a choice: the bot takes a number for one. */
function withNumbers(buttons: QuickReply[]): QuickReply[] {
  const options = buttons.filter(({ payload }) => payload !== DENY_PAYLOAD);
  if (options.length < 2) return buttons;
  return buttons.map((button) => {
    const index = options.indexOf(button);
    return index < 0 ? button : { ...button, number: index + 1 };
  });
}

function readButtons(value: unknown, offered_by: number): QuickReply[] {
  if (!Array.isArray(value)) return [];
  return value
    .map(fields)
    .map((button) => ({
      title: text(button.title),
      payload: text(button.payload),
      role: readRole(button.role),
      offered_by,
    }))
    .filter((button) => button.title !== '');
}

function readAttachment(value: unknown): Attachment | null {
  const source = fields(value);
  const url = text(source.url);
  if (url === '') return null;
  return {
    id: text(source.id),
    url,
    content_type: text(source.content_type),
    width: numberOrNull(source.width),
    height: numberOrNull(source.height),
    size: numberOrNull(source.size),
  };
}

function readPicture(value: unknown): Progress['picture'] {
  const source = fields(value);
  const url = text(source.url);
  return /^https:\/\//i.test(url) ? { url, alt: text(source.alt) } : null;
}

/** Screens of apps have schemes of their own; those that run or read something here are none. */
function readLink(value: unknown): Progress['link'] {
  const source = fields(value);
  const url = text(source.url);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  if (scheme === '' || UNSAFE_SCHEMES.includes(scheme)) return null;
  return { url, title: text(source.title) || url };
}

const UNSAFE_SCHEMES: readonly string[] = ['javascript', 'data', 'vbscript', 'blob', 'file', 'about', 'filesystem'];

function readProgress(value: unknown): Progress | null {
  const source = fields(value);
  const number = numberOrNull(source.number);
  const count = numberOrNull(source.count);
  if (number === null || count === null || number < 1 || number > count) return null;
  return {
    kind: source.kind === 'diagnosis' ? 'diagnosis' : 'procedure',
    title: text(source.title),
    number,
    count,
    steps: texts(source.steps),
    picture: readPicture(source.picture),
    link: readLink(source.link),
  };
}

function readCard(value: unknown): Card | null {
  const source = fields(value);
  const card = { picture: readPicture(source.picture), link: readLink(source.link) };
  return card.picture || card.link ? card : null;
}

const AUTHORS: readonly string[] = ['user', 'bot', 'agent', 'system'];

/** Reads a message as REST, `session_confirm`, `message` and acknowledgements carry it; null if it is none. */
export function readMessage(value: unknown): Message | null {
  const source = fields(value);
  const metadata = fields(source.metadata);
  const id = numberOrNull(source.id);
  if (id === null) return null;
  const author = text(source.author);
  const buttons = readButtons(source.buttons, id);
  return {
    id,
    author: AUTHORS.includes(author) ? (author as Author) : 'bot',
    text: text(source.text),
    buttons: metadata.ask === 'choice' ? withNumbers(buttons) : buttons,
    attachment: readAttachment(source.attachment),
    progress: readProgress(metadata.progress),
    card: readCard(metadata.card),
    ask: textOrNull(metadata.ask),
    warning: metadata.tone === 'warning',
    details: textOrNull(metadata.details),
    handoff: isFields(metadata.handoff),
    response: textOrNull(metadata.response),
    notice: textOrNull(metadata.notice),
    support: textOrNull(metadata.support),
    contact: textOrNull(metadata.contact),
    agent: textOrNull(fields(metadata.agent).name),
    supervisor: fields(metadata.agent).role === 'supervisor',
    created_at: text(source.created_at),
    client_id: textOrNull(source.client_id),
    feedback: readFeedback(source.feedback),
  };
}

function readFeedback(value: unknown): Feedback | null {
  const { helpful, reasons, comment } = fields(value);
  return typeof helpful === 'boolean' ? { helpful, reasons: texts(reasons), comment: text(comment) } : null;
}

function readMessages(value: unknown): Message[] {
  if (!Array.isArray(value)) return [];
  return value.map(readMessage).filter((message) => message !== null);
}

function readLimits(value: unknown): Limits {
  const source = fields(value);
  const types = texts(source.attachment_types);
  return {
    max_length: numberOrNull(source.max_length) ?? DEFAULT_LIMITS.max_length,
    attachment_bytes: numberOrNull(source.attachment_bytes) ?? DEFAULT_LIMITS.attachment_bytes,
    attachment_types: types.length > 0 ? types : DEFAULT_LIMITS.attachment_types,
  };
}

/** Reads `session_confirm`; null if there is no token in it. */
export function readConfirmation(value: unknown): Confirmation | null {
  const source = fields(value);
  const token = text(source.session_id);
  if (token === '') return null;
  return {
    token,
    identity: source.identity === 'user' ? 'user' : 'visitor',
    last_id: numberOrNull(source.last_id) ?? 0,
    messages: readMessages(source.messages),
    has_more: source.has_more === true,
    limits: readLimits(source.limits),
    support: readSupport(source.support),
    notice: readNotice(source.notice),
  };
}

/** Reads `{code, message, retry_after}`; the code is `unavailable` if there is none. */
export function readError(value: unknown): WireError {
  const source = fields(value);
  return {
    code: text(source.code) || 'unavailable',
    message: text(source.message),
    retry_after: numberOrNull(source.retry_after),
  };
}

/** Reads what the gateway answers to `user_uttered`. */
export function readAcknowledgement(value: unknown): Acknowledgement {
  const source = fields(value);
  if (source.ok === true) return { ok: true, message: readMessage(source.message) };
  return { ok: false, error: readError(source.error) };
}

/** Reads a page of `GET /api/v1/messages`. */
export function readPage(value: unknown): { messages: Message[]; has_more: boolean } {
  const source = fields(value);
  return { messages: readMessages(source.messages), has_more: source.has_more === true };
}
