/** The days that figures are of. */

import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMemo, type JSX } from 'react';
import { dayIn } from '../core/insight.ts';
import { fill, t } from '../i18n/strings.ts';
import { useDesk } from './context.ts';

const DAY = 'YYYY-MM-DD';

/** The longest period that the gateway counts. Days. */
const LONGEST = 366;
const PRESETS = [1, 7, 30, 90];

/** Days as `2026-11-23`, both included. */
export interface Days {
  from: string;
  to: string;
}

/** As many days as this that end today. */
export function lastDays(zone: string, count: number): Days {
  const today = dayIn(zone, new Date());
  return {
    from: dayjs(today)
      .subtract(count - 1, 'day')
      .format(DAY),
    to: today,
  };
}

export function PeriodPicker({ days, onChange }: { days: Days; onChange: (days: Days) => void }): JSX.Element {
  const { settings } = useDesk();
  const today = dayIn(settings.time_zone, new Date());
  const presets = useMemo(
    () =>
      PRESETS.map((count) => ({
        label: count === 1 ? t.insight.today : fill(t.insight.last_days, { count }),
        value: [dayjs(today).subtract(count - 1, 'day'), dayjs(today)] as [Dayjs, Dayjs],
      })),
    [today],
  );
  return (
    <DatePicker.RangePicker
      aria-label={t.insight.range}
      value={[dayjs(days.from), dayjs(days.to)]}
      presets={presets}
      allowClear={false}
      maxDate={dayjs(today)}
      onChange={(dates) => {
        const [first, last] = dates ?? [];
        if (!first || !last) return;
        const from = last.diff(first, 'day') < LONGEST ? first : last.subtract(LONGEST - 1, 'day');
        onChange({ from: from.format(DAY), to: last.format(DAY) });
      }}
    />
  );
}
