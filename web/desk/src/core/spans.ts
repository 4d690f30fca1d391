/** Opening hours as somebody types them. Pure. */

const SPAN = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Returns the spans of a text such as `9:00-12:00，13:30-18:00`; null if it is none, or if two overlap. */
export function spansOf(text: string): string[] | null {
  const spans = text
    .split(/[,，;；、\s]+/)
    .filter((part) => part !== '')
    .map((part) =>
      part
        .replace(/[：]/g, ':')
        .replace(/[~～—–至到]/g, '-')
        .replace(/(^|-)(\d):/g, '$10$2:'),
    );
  if (!spans.every((span) => SPAN.test(span) && span.slice(0, 5) !== span.slice(6))) return null;
  const sorted = [...spans].sort();
  const overlaps = sorted.some((span, index) => {
    const next = sorted[index + 1];
    const [start, end] = [span.slice(0, 5), span.slice(6)];
    return next !== undefined && (end > next.slice(0, 5) || end < start);
  });
  return overlaps ? null : sorted;
}

/** Returns a day such as `2026-10-01` for each day of a range. */
export function daysOf(date: string, until: string | null | undefined): string[] {
  const days: string[] = [];
  const last = Date.parse(until ?? date);
  for (let day = Date.parse(date); day <= last && days.length < 367; day += 86_400_000) {
    days.push(new Date(day).toISOString().slice(0, 10));
  }
  return days;
}

interface Range {
  date: string;
  until?: string | null;
}

/** Whether a day is in two ranges. */
export function overlap(ranges: readonly Range[]): boolean {
  const days = ranges.flatMap(({ date, until }) => daysOf(date, until));
  return new Set(days).size < days.length;
}

/** Returns ranges with imported ones; those that share a day with an imported one make room. */
export function withImported<Holiday extends Range>(
  holidays: readonly Holiday[],
  imported: readonly Holiday[],
): Holiday[] {
  const taken = new Set(imported.flatMap(({ date, until }) => daysOf(date, until)));
  const kept = holidays.filter(({ date, until }) => !daysOf(date, until).some((day) => taken.has(day)));
  return [...kept, ...imported].sort((a, b) => (a.date < b.date ? -1 : 1));
}
