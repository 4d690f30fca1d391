/** What is kept in the browser: settings of this computer, and what an agent has written but not sent. */

import { browserStorage, type KeyValueStorage } from '@uwallet/shared/storage.ts';

const PREFIX = 'uwallet-desk';

/** Values of one agent, or of the computer with `owner` null. Nothing throws; what cannot be stored is lost on reload. */
export class DeskStorage {
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly owner: number | null,
    private readonly storage: KeyValueStorage = browserStorage('localStorage'),
  ) {}

  key(name: string): string {
    return this.owner === null ? `${PREFIX}:${name}` : `${PREFIX}:${this.owner}:${name}`;
  }

  read(name: string): string | null {
    const kept = this.refused.get(name);
    if (kept !== undefined) return kept;
    try {
      return this.storage.getItem(this.key(name));
    } catch {
      return null;
    }
  }

  write(name: string, value: string | null): void {
    this.refused.delete(name);
    try {
      if (value === null) this.storage.removeItem(this.key(name));
      else this.storage.setItem(this.key(name), value);
    } catch {
      if (value !== null) this.refused.set(name, value);
    }
  }
}
