/** The questions that the bot answers: those like what is typed, and those asked most (docs/protocol.md). */

import { countCharacters } from '@uwallet/shared/composing.ts';
import { fields, text } from '@uwallet/shared/wire.ts';
import type { Fetch } from './access.ts';
import type { Message } from './protocol.ts';

/** Fewer characters say nothing yet; the gateway takes no more. */
const LENGTHS = { least: 2, most: 40 };

/** How long an answer may take; later ones are of no use. Milliseconds. */
const TIMEOUT = 5_000;

/** After a failure nothing is asked for this long. Milliseconds. */
const PAUSE = 30_000;

/** What is typed stands in an address: numbers and e-mail addresses are kept out of it. */
const PRIVATE = /\p{Nd}{4}|[@＠]/u;

/** Reads the texts of `{questions: [{text, topic}], enabled}`, each once; null where they are switched off. */
function readQuestions(value: unknown): string[] | null {
  const { questions, enabled } = fields(value);
  if (enabled === false) return null;
  if (!Array.isArray(questions)) return [];
  return [...new Set(questions.map((question) => text(fields(question).text)).filter((found) => found !== ''))];
}

export interface HotQuestion {
  text: string;
  /** Whether it stands under the greeting, too. */
  atWelcome: boolean;
}

/** As many stand under the greeting where the gateway does not say which: a small screen shows the topics, too. */
const AT_WELCOME = 3;

/** Reads `{questions: [{text, at_welcome}]}`, each text once. */
function readHotQuestions(value: unknown): HotQuestion[] {
  const { questions } = fields(value);
  const found = new Map<string, HotQuestion>();
  for (const question of Array.isArray(questions) ? questions : []) {
    const { text: said, at_welcome: told } = fields(question);
    const known = text(said);
    if (known === '' || found.has(known)) continue;
    found.set(known, { text: known, atWelcome: typeof told === 'boolean' ? told : found.size < AT_WELCOME });
  }
  return [...found.values()];
}

/** Whether what is typed may be asked for. */
export function isAskable(typed: string): boolean {
  const length = countCharacters(typed);
  return length >= LENGTHS.least && length <= LENGTHS.most && !typed.includes('\n') && !PRIVATE.test(typed);
}

/**
 * Whether the newest turn asks for something that is no question: a rating, a contact, a detail. A choice between topics is
 * none of these.
 */
export function asksForValue(messages: readonly Message[]): boolean {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message || message.author === 'user' || message.author === 'agent') return false;
    if (message.ask !== null) return message.ask !== 'choice';
    if (VALUE_RESPONSES.includes(message.response ?? '')) return true;
  }
  return false;
}

/** They ask for a value, of whatever kind: amounts, names, times. */
const VALUE_RESPONSES: readonly string[] = ['utter_ask_detail', 'utter_ask_correction'];

/** Asks the gateway for questions. Nothing that fails is told: users can do without. */
export class Questions {
  private enabled = true;
  private pausedUntil = 0;
  private popular: Promise<HotQuestion[]> | null = null;
  /** The language that they were asked for in. */
  private popularIn = '';

  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly language: () => string,
    private readonly fetch: Fetch = (url, init) => window.fetch(url, init),
  ) {}

  /** Returns the questions that are asked most; asked for once in each language. */
  hot(): Promise<HotQuestion[]> {
    if (this.popularIn !== this.language()) this.popular = null;
    this.popularIn = this.language();
    this.popular ??= this.request('questions', {}, readHotQuestions).then((found) => {
      if (!found) this.popular = null;
      return found ?? [];
    });
    return this.popular;
  }

  /** Returns the questions like what is typed. */
  async like(typed: string): Promise<string[]> {
    if (!this.enabled || !isAskable(typed) || Date.now() < this.pausedUntil) return [];
    const found = await this.request('associate', { q: typed }, (answer) => {
      const questions = readQuestions(answer);
      if (!questions) this.enabled = false;
      return questions;
    });
    return found ?? [];
  }

  private async request<Found>(
    path: string,
    query: Record<string, string>,
    read: (answer: unknown) => Found,
  ): Promise<Found | null> {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), TIMEOUT);
    try {
      const site = this.site === '' ? {} : { site: this.site };
      const values = new URLSearchParams({ ...query, ...site, lang: this.language() });
      const response = await this.fetch(`${this.base}api/v1/${path}?${values}`, {
        signal: aborter.signal,
        credentials: 'omit',
      });
      if (!response.ok) throw new Error(path);
      return read(await response.json());
    } catch {
      this.pausedUntil = Date.now() + PAUSE;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
