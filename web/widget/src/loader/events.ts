/** Who listens to what. */

import type { EventName, Events } from '@uwallet/chat';

type Listener<Name extends EventName> = (value: Events[Name]) => void;

/** Hands events on to the page's listeners. */
export class Emitter {
  private listeners = new Map<EventName, Set<Listener<never>>>();

  /** Calls back at each event until the returned function is called. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    listeners.add(listener);
    this.listeners.set(name, listeners);
    return () => listeners.delete(listener);
  }

  emit<Name extends EventName>(name: Name, value: Events[Name]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as Listener<Name>)(value);
      } catch (error) {
        // A mistake of the page must not stop the chat; it shows in the console like any other.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
