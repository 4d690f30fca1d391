/** What an agent has sent and the gateway has not stored yet, of one ticket. Text survives a reload; a picture cannot. */

import type { DeskStorage } from './storage.ts';

export interface Outgoing {
  client_id: string;
  kind: 'text' | 'picture';
  text: string;
  /** Milliseconds since 1970. */
  created_at: number;
  /** `blocked`: refused, sending it again needs somebody to want it. */
  state: 'waiting' | 'blocked';
  /** What the gateway said; empty if nothing. */
  error: string;
  file?: Blob;
  name?: string;
  /** Address of the picture within this page. */
  preview?: string;
  /** The canned reply that it was made from, to be counted. */
  canned_reply_id?: number;
  /** Once the picture has been uploaded. */
  attachment_id?: string;
}

/** What has waited longer is not sent by itself any more: the answer of yesterday may be wrong today. Milliseconds. */
export const STALE_AFTER = 30 * 60 * 1000;

/** The entries in the order in which they were written. */
export class Outbox {
  private list: readonly Outgoing[];
  private readonly name: string;

  constructor(
    ticketId: number,
    private readonly storage: DeskStorage,
    now: number,
  ) {
    this.name = `outbox:${ticketId}`;
    this.list = parse(storage.read(this.name)).map((entry) =>
      now - entry.created_at > STALE_AFTER ? { ...entry, state: 'blocked' } : entry,
    );
  }

  entries(): readonly Outgoing[] {
    return this.list;
  }

  next(): Outgoing | null {
    return this.list.find(({ state }) => state === 'waiting') ?? null;
  }

  add(entry: Outgoing): void {
    this.save([...this.list, entry]);
  }

  change(client_id: string, changes: Partial<Outgoing>): void {
    this.save(this.list.map((entry) => (entry.client_id === client_id ? { ...entry, ...changes } : entry)));
  }

  remove(clientIds: ReadonlySet<string | null>): void {
    const gone = this.list.filter(({ client_id }) => clientIds.has(client_id));
    if (gone.length === 0) return;
    for (const { preview } of gone) if (preview !== undefined) URL.revokeObjectURL(preview);
    this.save(this.list.filter((entry) => !gone.includes(entry)));
  }

  private save(list: readonly Outgoing[]): void {
    this.list = list;
    const texts = list.filter(({ kind }) => kind === 'text');
    this.storage.write(this.name, texts.length > 0 ? JSON.stringify(texts) : null);
  }
}

function parse(stored: string | null): Outgoing[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter(isText) : [];
  } catch {
    return [];
  }
}

function isText(value: unknown): value is Outgoing {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  return (
    entry.kind === 'text' &&
    typeof entry.client_id === 'string' &&
    typeof entry.text === 'string' &&
    typeof entry.created_at === 'number'
  );
}
