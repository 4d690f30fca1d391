/** Times of the audit log. Pure. */

/** Returns a moment to the second in a time zone, as 2026-11-23 09:05:00. */
export function momentIn(zone: string, moment: Date): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
}
