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
  private popular: Promise<string[]> | null = null;
  /** The language that they were asked for in. */
  private popularIn = '';

  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly language: () => string,
    private readonly fetch: Fetch = (url, init) => window.fetch(url, init),
  ) {}

  /** Returns the questions that are asked most; asked for once in each language. */
  hot(): Promise<string[]> {
    if (this.popularIn !== this.language()) this.popular = null;
    this.popularIn = this.language();
    this.popular ??= this.request('questions', {}).then((found) => {
      if (!found) this.popular = null;
      return found ?? [];
    });
    return this.popular;
  }

  /** Returns the questions like what is typed. */
  async like(typed: string): Promise<string[]> {
    if (!this.enabled || !isAskable(typed) || Date.now() < this.pausedUntil) return [];
    const found = await this.request('associate', { q: typed });
    return found ?? [];
  }

  private async request(path: string, query: Record<string, string>): Promise<string[] | null> {
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
      const found = readQuestions(await response.json());
      if (!found) this.enabled = false;
      return found;
    } catch {
      this.pausedUntil = Date.now() + PAUSE;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
