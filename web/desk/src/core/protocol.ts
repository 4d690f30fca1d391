/** What docs/support.md defines for the desk, as types. Both sides are built and served together. */

export type Role = 'agent' | 'supervisor' | 'admin';
export type Presence = 'online' | 'away' | 'offline';
export type TicketStatus = 'queued' | 'active' | 'message' | 'closed';
export type Author = 'user' | 'bot' | 'agent' | 'system';

export interface Agent {
  id: number;
  username?: string;
  name: string;
  role: Role;
  presence: Presence;
  /** Chats that they have now. */
  chats: number;
  max_chats: number;
  enabled?: boolean;
}

export interface Settings {
  max_chats?: number;
  dispositions?: string[];
  /** Characters of a message. */
  max_length?: number;
  attachment_bytes?: number;
  attachment_types?: string[];
  /** Seconds after which somebody who waits is offered to leave a message. */
  queue_timeout: number;
  /** The organisation's, by its IANA name: what a day is for the statistics. */
  time_zone: string;
}

export interface Session {
  agent: Agent;
  csrf: string;
  settings: Settings;
}

export interface Progress {
  kind?: string | undefined;
  title: string;
  number: number;
  count: number;
  steps: string[];
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

export interface Message {
  /** Counts the messages of the conversation from 1 without gaps. */
  id: number;
  author: Author;
  text: string;
  buttons: { title: string; payload: string }[];
  attachment: Attachment | null;
  metadata: Record<string, unknown>;
  /** ISO 8601, UTC. */
  created_at: string;
  in_reply_to: number | null;
  client_id: string | null;
}

export interface Page {
  messages: Message[];
  has_more: boolean;
}

/** What `watch` is acknowledged with. */
export interface Watched extends Page {
  /** The last message that the user has seen, if the gateway tells. */
  user_read_id?: number | null;
}

export interface Ticket {
  id: number;
  number: string;
  conversation_id: string;
  site: string | null;
  status: TicketStatus;
  /** 0 urgent, 1 high, 2 normal. */
  priority: number;
  reason: string;
  topic: { id: string; title: string } | null;
  step: { number: number; count: number; id: string; title: string } | null;
  summary: string | null;
  collected: Record<string, unknown>;
  contact: string | null;
  /** What the user left while nobody was there. */
  message: string | null;
  agent: { id: number; name: string } | null;
  preferred_agent: { id: number; name: string } | null;
  disposition: string | null;
  note: string | null;
  rating: number | null;
  rating_comment: string | null;
  version: number;
  /** Messages of the user that the agent has not seen. */
  unread: number;
  last_message: { author: Author; text: string; created_at: string } | null;
  user: { kind: string; name: string | null; online: boolean } | null;
  user_read_id?: number | null;
  agent_read_id?: number | null;
  created_at: string;
  queued_at: string | null;
  claimed_at: string | null;
  first_reply_at: string | null;
  closed_at: string | null;
}

export interface TicketEvent {
  at: string;
  kind: string;
  actor: { kind: string; id: number | null; name: string | null };
  details: Record<string, unknown>;
}

export interface TicketDetails extends Ticket {
  events: TicketEvent[];
  earlier: Ticket[];
  progress: Progress | null;
  /** What the bot made of the user's last message. */
  intent: string | { name: string; title?: string | null } | null;
}

export interface Counts {
  waiting: number;
  urgent: number;
  mine: number;
  messages: number;
  online: number;
}

export interface Queue {
  waiting: Ticket[];
  mine: Ticket[];
  messages: Ticket[];
  counts: Counts;
}

export interface Suggestion {
  topic: string;
  title: string;
  text: string;
}

export interface CannedReply {
  id: number;
  title: string;
  text: string;
  shortcut: string | null;
}

export interface Intent {
  name: string;
  title: string;
}
