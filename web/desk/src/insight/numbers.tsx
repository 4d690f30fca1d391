/** The figures of the period at a glance. */

import { Card } from 'antd';
import type { JSX } from 'react';
import { percent, type Figures, type Rating, type Seconds } from '../core/insight.ts';
import { describeWait } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';

/** The same of the days before stands below each. */
export function Numbers({ total, before }: { total: Figures; before: Figures | null }): JSX.Element {
  const earlier = before === null ? [] : cellsOf(before);
  return (
    <div className="numbers four">
      {cellsOf(total).map(({ title, value, more }, index) => (
        <Card key={title} size="small">
          <div className="numbers-title">{title}</div>
          <div className="numbers-value">{value}</div>
          <div className="muted">{more}</div>
          {earlier[index] && (
            <div className="muted small">{fill(t.performance.before, { value: earlier[index].value })}</div>
          )}
        </Card>
      ))}
    </div>
  );
}

function cellsOf(total: Figures): { title: string; value: string; more: string }[] {
  const { figures: names } = t.insight;
  const share = (part: number): string => {
    const value = percent(part, total.conversations);
    return value === null ? '' : fill(t.insight.share, { percent: value });
  };
  const gaveUp = total.abandoned + total.left;
  return [
    { title: names.conversations, value: String(total.conversations), more: '' },
    { title: names.solved, value: String(total.solved), more: share(total.solved) },
    { title: names.handed_off, value: String(total.handed_off), more: share(total.conversations_handed_off) },
    { title: names.gave_up, value: String(gaveUp), more: share(gaveUp) },
    { title: names.bot_rating, ...rating(total.bot_rating) },
    { title: names.agent_rating, ...rating(total.agent_rating) },
    { title: names.waiting, ...seconds(total.waiting) },
    { title: names.first_reply, ...seconds(total.first_reply) },
  ];
}

function rating({ count, average }: Rating): { value: string; more: string } {
  if (average === null) return { value: t.insight.none, more: '' };
  return { value: average.toFixed(1), more: fill(t.insight.ratings, { count }) };
}

function seconds({ median, p95 }: Seconds): { value: string; more: string } {
  if (median === null) return { value: t.insight.none, more: '' };
  const slow = p95 === null ? '' : fill(t.insight.p95, { time: describeWait(Math.round(p95), t.waits) });
  return { value: describeWait(Math.round(median), t.waits), more: slow };
}
