/** When messages were written, as people say it. */

import { fill } from './fill.ts';

export interface TimeTexts {
  today: string;
  yesterday: string;
  this_year: string;
  other: string;
}

/** Messages that are further apart than this get a time in between. Milliseconds. */
const PAUSE = 5 * 60 * 1000;

/** Whether the time is to be told before a message that follows another one; times are ISO 8601. */
export function needsTime(created_at: string, previous: string | null): boolean {
  const time = Date.parse(created_at);
  if (Number.isNaN(time)) return false;
  return previous === null || !(time - Date.parse(previous) <= PAUSE);
}

/** Returns a time, past or to come, in the browser's time zone: of another day than today always with its date. */
export function describeTime(time: Date, now: Date, texts: TimeTexts): string {
  const values = {
    year: time.getFullYear(),
    month: time.getMonth() + 1,
    day: time.getDate(),
    time: `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`,
  };
  const days = Math.round((midnight(now) - midnight(time)) / 86_400_000);
  if (days === 0) return fill(texts.today, values);
  if (days === 1) return fill(texts.yesterday, values);
  return fill(time.getFullYear() === now.getFullYear() ? texts.this_year : texts.other, values);
}

/** Returns a time to come, in the browser's time zone. */
export function describeOpening(time: Date, now: Date, texts: Record<'today' | 'tomorrow' | 'later', string>): string {
  const days = Math.round((midnight(time) - midnight(now)) / 86_400_000);
  return fill(days <= 0 ? texts.today : days === 1 ? texts.tomorrow : texts.later, {
    month: time.getMonth() + 1,
    day: time.getDate(),
    time: `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`,
  });
}

function midnight(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
