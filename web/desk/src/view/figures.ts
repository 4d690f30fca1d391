/** Figures as people read them. */

import { fill, t } from '../i18n/strings.ts';

/** Returns an average such as `4.7`; null if nobody has rated. */
export function averageText({ average }: { average: number | null }): string | null {
  return average === null ? null : average.toFixed(1);
}

/** Returns a time in hours and minutes; empty for none. */
export function hoursText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes === 0) return '';
  const { hours, minutes: few } = t.performance;
  return minutes < 60
    ? fill(few, { minutes })
    : fill(hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
