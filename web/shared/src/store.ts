/** A value that tells those who listen when it changes. */
export class Store<T extends object> {
  private listeners = new Set<() => void>();

  constructor(private value: T) {}

  /** The current value; never changed in place, so that comparing by identity tells whether it changed. */
  readonly get = (): T => this.value;

  set(changes: Partial<T>): void {
    const names = Object.keys(changes) as (keyof T)[];
    if (names.every((name) => Object.is(changes[name], this.value[name]))) return;
    this.value = { ...this.value, ...changes };
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls back after each change until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
