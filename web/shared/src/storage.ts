/** Storage of the browser, with a fallback in memory. */

export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps values in memory, for browsers that refuse to store any. */
export class MemoryStorage implements KeyValueStorage {
  private values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }

  removeItem(key: string): void {
    this.values.delete(key);
  }
}

/** Returns the browser's storage if it works, else one in memory. Browsers may throw at every touch of it. */
export function browserStorage(area: 'localStorage' | 'sessionStorage'): KeyValueStorage {
  try {
    const storage = window[area];
    const probe = 'uwallet-chat-probe';
    storage.setItem(probe, '1');
    storage.removeItem(probe);
    return storage;
  } catch {
    return new MemoryStorage();
  }
}
