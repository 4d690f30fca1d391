/** How long somebody has waited, as people say it, and when it is too long. */

import { fill } from '@uwallet/shared/fill.ts';

export interface WaitTexts {
  seconds: string;
  minutes_seconds: string;
  minutes: string;
  hours: string;
  days: string;
}

export type Patience = 'fine' | 'long' | 'too_long';

/** From when on seconds are no longer told. */
const TEN_MINUTES = 600;

/** Returns the whole seconds since a moment (ISO 8601), never below 0; 0 if it is none. `now`: milliseconds since 1970. */
export function secondsSince(moment: string | null, now: number): number {
  const seconds = Math.floor((now - Date.parse(moment ?? '')) / 1000);
  return seconds > 0 ? seconds : 0;
}

/** Returns a duration in seconds as text, such as `3分05秒`. */
export function describeWait(seconds: number, texts: WaitTexts): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return fill(texts.seconds, { seconds });
  if (seconds < TEN_MINUTES) {
    return fill(texts.minutes_seconds, { minutes, seconds: String(seconds % 60).padStart(2, '0') });
  }
  if (hours < 1) return fill(texts.minutes, { minutes });
  if (hours < 24) return fill(texts.hours, { hours, minutes: minutes % 60 });
  return fill(texts.days, { days: Math.floor(hours / 24), hours: hours % 24 });
}

/** Judges a wait in seconds: too long is when the queue gives up, long is half of that. */
export function patienceFor(seconds: number, timeout: number): Patience {
  if (seconds >= timeout) return 'too_long';
  return seconds * 2 >= timeout ? 'long' : 'fine';
}

/** The gateway's clock, as far as its answers tell: agents' computers are often wrong by minutes. */
export class ServerClock {
  private offset = 0;

  constructor(private readonly local: () => number) {}

  /** Milliseconds since 1970. */
  readonly now = (): number => this.local() + this.offset;

  /** Takes note of the gateway's time, which is told in whole seconds and arrives late. */
  adjust(time: number): void {
    const offset = time - this.local();
    this.offset = Math.abs(offset) < 3_000 ? 0 : offset;
  }
}
