/** When users come: a table of weekdays and hours, with the numbers themselves; the shade only helps to find them. */

import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState, type CSSProperties, type JSX } from 'react';
import { search } from '../core/api.ts';
import type { BusyHours as Hours } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';

type Of = keyof typeof t.busy_hours.of;

export function BusyHours({ from, to }: { from: string; to: string }): JSX.Element {
  const { api } = useDesk();
  const [of, setOf] = useState<Of>('conversations');
  const found = useQuery({
    queryKey: ['busy_hours', from, to],
    queryFn: () => api.request<Hours>('GET', '/insight/hours' + search({ from, to })),
    placeholderData: (previous) => previous,
  });
  return (
    <>
      <h2>{t.busy_hours.title}</h2>
      <div className="toolbar">
        <span className="muted">{t.busy_hours.lead}</span>
        <Segmented
          value={of}
          onChange={setOf}
          options={Object.entries(t.busy_hours.of).map(([value, label]) => ({ value: value as Of, label }))}
        />
      </div>
      {found.data ? (
        <HourTable hours={found.data} of={of} />
      ) : (
        found.isError && <p className="error-text">{errorText(found.error)}</p>
      )}
    </>
  );
}

function HourTable({ hours, of }: { hours: Hours; of: Of }): JSX.Element {
  const rows = hours[of];
  const most = Math.max(1, ...rows.flat());
  const peak = peakOf(rows);
  return (
    <>
      <p>
        {peak === null
          ? t.busy_hours.none
          : fill(t.busy_hours.peak, {
              weekday: t.busy_hours.weekdays[peak.weekday] ?? '',
              hour: peak.hour,
              next: peak.hour + 1,
              count: peak.count,
            })}
      </p>
      {/* Wider than a phone: it is scrolled, also by keyboard. */}
      <div className="busy-hours" role="region" tabIndex={0} aria-label={t.busy_hours.title}>
        <table aria-label={fill(t.busy_hours.caption, { what: t.busy_hours.of[of] })}>
          <thead>
            <tr>
              <th scope="col">{t.busy_hours.hour}</th>
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col">
                  {hour}
                </th>
              ))}
              <th scope="col">{t.busy_hours.sum}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, weekday) => (
              <tr key={weekday}>
                <th scope="row">{t.busy_hours.weekdays[weekday]}</th>
                {row.map((count, hour) => (
                  <td key={hour} data-none={count === 0} style={{ '--share': count / most } as CSSProperties}>
                    {count}
                  </td>
                ))}
                <td className="busy-sum">{row.reduce((sum, count) => sum + count, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function peakOf(rows: readonly (readonly number[])[]): { weekday: number; hour: number; count: number } | null {
  let peak: { weekday: number; hour: number; count: number } | null = null;
  rows.forEach((row, weekday) =>
    row.forEach((count, hour) => {
      if (count > (peak?.count ?? 0)) peak = { weekday, hour, count };
    }),
  );
  return peak;
}
