/** What somebody has chosen on this computer: colours, sound, whether details are shown. */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { readView, type QueueView } from '../core/queue_view.ts';
import type { DeskStorage } from '../core/storage.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

interface Values {
  theme: ThemeChoice;
  sound: boolean;
  details: boolean;
  /** How the queue is looked at. The words are not kept. */
  queue: QueueView;
}

export class Preferences {
  readonly state: StoreApi<Values>;

  constructor(private readonly storage: DeskStorage) {
    const theme = storage.read('theme');
    this.state = createStore<Values>(() => ({
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      sound: storage.read('sound') !== 'off',
      details: storage.read('details') !== 'off',
      queue: readView(storage.read('queue')),
    }));
  }

  setTheme(theme: ThemeChoice): void {
    this.storage.write('theme', theme);
    this.state.setState({ theme });
  }

  setSound(sound: boolean): void {
    this.storage.write('sound', sound ? null : 'off');
    this.state.setState({ sound });
  }

  setQueue(queue: QueueView): void {
    this.storage.write('queue', JSON.stringify({ filter: queue.filter, order: queue.order }));
    this.state.setState({ queue });
  }

  setDetails(details: boolean): void {
    this.storage.write('details', details ? null : 'off');
    this.state.setState({ details });
  }
}
