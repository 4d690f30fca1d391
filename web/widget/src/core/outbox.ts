/** What the user has sent and the gateway has not acknowledged yet. Survives a reload, and is shared by the tabs of a site. */

import type { SiteStorage } from './storage.ts';

export interface OutboxEntry {
  client_id: string;
  kind: 'text' | 'payload';
  /** Text or payload. */
  message: string;
  /** What is shown: of a button, its title. */
  shown: string;
  attachment_id: string | null;
  /** Of a payload: id of the message whose button was pressed; absent in entries of former versions. */
  offered_by?: number | null;
  /** Milliseconds since 1970. */
  created_at: number;
  state: 'waiting' | 'failed';
  /** Why it failed, as the gateway told it; empty if only the connection did. */
  error: string;
  /** Sending the same again can succeed. */
  retryable: boolean;
}

/** What has waited longer than this is forgotten: nobody expects a message of yesterday to be sent today. Milliseconds. */
export const OUTBOX_LIFETIME = 24 * 60 * 60 * 1000;

const MAX_ENTRIES = 50;

function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  return (
    typeof entry.client_id === 'string' &&
    (entry.kind === 'text' || entry.kind === 'payload') &&
    typeof entry.message === 'string' &&
    typeof entry.shown === 'string' &&
    typeof entry.created_at === 'number'
  );
}

/** The entries in the order in which they were written. */
export class Outbox {
  constructor(
    private readonly storage: SiteStorage,
    private readonly now: () => number,
  ) {}

  /** Reads the entries anew each time: another tab may have changed them. */
  entries(): OutboxEntry[] {
    const stored = this.storage.read('outbox');
    if (stored === null) return [];
    try {
      const parsed: unknown = JSON.parse(stored);
      if (!Array.isArray(parsed)) return [];
      const oldest = this.now() - OUTBOX_LIFETIME;
      return parsed.filter(isEntry).filter((entry) => entry.created_at >= oldest);
    } catch {
      return [];
    }
  }

  add(entry: OutboxEntry): void {
    const others = this.entries().filter(({ client_id }) => client_id !== entry.client_id);
    this.save([...others, entry].slice(-MAX_ENTRIES));
  }

  /** Changes an entry if it is still there. */
  change(client_id: string, changes: Partial<OutboxEntry>): void {
    this.save(this.entries().map((entry) => (entry.client_id === client_id ? { ...entry, ...changes } : entry)));
  }

  remove(clientIds: Iterable<string>): void {
    const gone = new Set(clientIds);
    const entries = this.entries();
    const left = entries.filter(({ client_id }) => !gone.has(client_id));
    if (left.length < entries.length) this.save(left);
  }

  clear(): void {
    this.storage.write('outbox', null);
  }

  private save(entries: OutboxEntry[]): void {
    this.storage.write('outbox', entries.length > 0 ? JSON.stringify(entries) : null);
  }
}
