/** The statistics of docs/support.md, as types, and what is made of them for charts. Pure. */

/** The day that it is in a time zone at a moment, as 2026-11-23. An agent's computer may be in another one. */
export function dayIn(zone: string, moment: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const found = Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${found.year}-${found.month}-${found.day}`;
}

export interface Rating {
  count: number;
  average: number | null;
  /** How many of 1, 2, 3, 4, 5. */
  distribution: number[];
}

export interface Seconds {
  count: number;
  median: number | null;
  p95: number | null;
}

export interface Figures {
  conversations: number;
  solved: number;
  not_solved: number;
  abandoned: number;
  left: number;
  /** Tickets: a conversation may have several. */
  handed_off: number;
  /** Of the conversations, those with a ticket. */
  conversations_handed_off: number;
  reasons: Record<string, number>;
  bot_rating: Rating;
  agent_rating: Rating;
  waiting: Seconds;
  first_reply: Seconds;
  /** How many 赞 and 踩 single answers got. */
  helpful: number;
  unhelpful: number;
}

/** What users say of an answer. */
export interface AnswerFigures {
  topic: string | null;
  title: string | null;
  text: string;
  helpful: number;
  unhelpful: number;
  /** How many gave which reason. */
  reasons: Record<string, number>;
  /** The newest, redacted. */
  comments: string[];
}

export interface TopicFigures {
  /** Null: tickets without a topic. */
  topic: string | null;
  title: string | null;
  figures: Figures;
}

export interface StepFigures {
  topic: string;
  title: string | null;
  /** Id; empty before the first. */
  step: string;
  number: number | null;
  /** As the knowledge files have it now. */
  step_title: string | null;
  shown: number;
  problems: number;
  abandoned: number;
  left: number;
  handed_off: number;
}

export interface Statistics {
  from: string;
  to: string;
  time_zone: string;
  total: Figures;
  /** Of as many days before; null where they are too long ago. */
  before: Figures | null;
  days: { date: string; figures: Figures }[];
  topics: TopicFigures[];
  steps: StepFigures[];
  answers: AnswerFigures[];
  misunderstood: {
    not_understood: number;
    out_of_scope: number;
    not_meant: number;
    chosen: number;
    step_problem: number;
    unhelpful: number;
    marked: number;
    labelled: number;
  };
}

export interface Misunderstood {
  conversation_id: string;
  message_id: number;
  text: string;
  context: { author: string; text: string }[];
  /** What the bot took it for. */
  intent: string | null;
  confidence: number | null;
  kind: string;
  /** The intent that somebody has given it. */
  label: string | null;
  created_at: string;
  /** The ticket that came of it. */
  ticket_id: number | null;
}

export interface MisunderstoodPage {
  messages: Misunderstood[];
  has_more: boolean;
  next: string | number | null;
}

/** Returns how much of a whole a part is, in whole percent; null of nothing. */
export function percent(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((part / whole) * 100) : null;
}

/** How many people gave up at a step: they said so, just stopped, or wanted a human. */
export function gaveUp(step: StepFigures): number {
  return step.abandoned + step.left + step.handed_off;
}

/** Returns the steps at which most people give up, worst first; those at which nobody did are left out. */
export function worstSteps(steps: readonly StepFigures[], most: number): StepFigures[] {
  return steps
    .filter((step) => gaveUp(step) > 0)
    .sort((a, b) => gaveUp(b) - gaveUp(a) || gaveUp(b) / b.shown - gaveUp(a) / a.shown)
    .slice(0, most);
}

/** Returns reasons, most frequent first. */
export function reasonsOf(figures: Figures): { reason: string; count: number }[] {
  return Object.entries(figures.reasons)
    .map(([reason, count]) => ({ reason, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Returns the labels used last with a new one in front, without doubles. */
export function withRecent(recent: readonly string[], label: string, most: number): string[] {
  return [label, ...recent.filter((other) => other !== label)].slice(0, most);
}
