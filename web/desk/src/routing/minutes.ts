/** Times of rules: the gateway counts seconds, people minutes. */

/** Returns seconds as minutes; null stays null. */
export function minutesOf(seconds: number | null): number | null {
  return seconds === null ? null : Math.round((seconds / 60) * 10) / 10;
}

/** Returns minutes as whole seconds; nothing filled in is null. */
export function secondsOf(minutes: number | null | undefined): number | null {
  return minutes === null || minutes === undefined ? null : Math.round(minutes * 60);
}
