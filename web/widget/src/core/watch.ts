/** Finds out that a gateway stands still without a word: something is owed, and nothing is heard. */

import type { ChatSocket } from './connection.ts';

/** Milliseconds of silence while something is owed, until the gateway is asked whether it is there. */
export const PATIENCE = 2_000;

/** The longest, where it has said so again and again. */
const LONGEST_PATIENCE = 32_000;

/** Milliseconds for which it may take to say so; nothing is stored for it. */
export const PROBE_TIMEOUT = 2_000;

export interface WatchOptions {
  /** Returns the socket, if the session goes on over it now. */
  line: () => ChatSocket | null;
  /** Whether the gateway owes an acknowledgement or an answer. */
  isOwed: () => boolean;
}

/** Leaves a gateway that owes something and does not answer for another one, long before the heartbeat would. */
export class Watch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private patience = PATIENCE;

  constructor(private readonly options: WatchOptions) {}

  /** Something was asked for. */
  begin(): void {
    if (this.timer === undefined) this.wait();
  }

  /** The gateway has said something. */
  heard(): void {
    if (!this.options.isOwed()) this.patience = PATIENCE;
    this.stop();
    this.wait();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wait(): void {
    if (this.options.line() && this.options.isOwed()) this.timer = setTimeout(() => void this.ask(), this.patience);
  }

  private async ask(): Promise<void> {
    const line = this.options.line();
    if (!line || !this.options.isOwed()) return this.stop();
    const waited = this.timer;
    // Who is only slow is asked less often, and left less often.
    this.patience = Math.min(2 * this.patience, LONGEST_PATIENCE);
    try {
      // Says nothing of the user; every gateway acknowledges it at once.
      await line.request('typing', {}, PROBE_TIMEOUT);
    } catch {
      if (this.options.line() === line && this.timer === waited) {
        this.stop();
        line.reconnect();
      }
      return;
    }
    if (this.timer === waited) this.heard();
  }
}
