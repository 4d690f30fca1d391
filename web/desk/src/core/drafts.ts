/** What an agent has typed and not sent, of each ticket. Survives a reload, signing out and a crash of the browser. */

import type { DeskStorage } from './storage.ts';

/** `whisper` and `barge` are a supervisor's, to the agent and to the user. */
export type DraftKind = 'reply' | 'note' | 'whisper' | 'barge';

interface Draft {
  text: string;
  /** When it was written. Milliseconds since 1970. */
  at: number;
}

/** Drafts of tickets that are long over go. Milliseconds. */
const LIFETIME = 7 * 24 * 60 * 60 * 1000;

/** Reads the storage anew each time: another tab may have written a draft, too. */
export class Drafts {
  constructor(
    private readonly storage: DeskStorage,
    private readonly now: () => number,
  ) {}

  read(ticketId: number, kind: DraftKind): string {
    return this.all().get(`${kind}:${ticketId}`)?.text ?? '';
  }

  write(ticketId: number, kind: DraftKind, text: string): void {
    const drafts = this.all();
    const key = `${kind}:${ticketId}`;
    if (text === (drafts.get(key)?.text ?? '')) return;
    if (text === '') drafts.delete(key);
    else drafts.set(key, { text, at: this.now() });
    this.storage.write('drafts', drafts.size === 0 ? null : JSON.stringify(Object.fromEntries(drafts)));
  }

  private all(): Map<string, Draft> {
    return new Map(
      Object.entries(parse(this.storage.read('drafts'))).filter(
        (entry): entry is [string, Draft] => isDraft(entry[1]) && this.now() - entry[1].at <= LIFETIME,
      ),
    );
  }
}

function parse(stored: string | null): object {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return typeof draft?.text === 'string' && typeof draft.at === 'number';
}
