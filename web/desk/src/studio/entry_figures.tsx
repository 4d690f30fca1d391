/** How the answers of one entry do, beside its form. */

import { useQuery } from '@tanstack/react-query';
import { Table, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { Link } from 'wouter';
import { FIGURE_NAMES, keyOf } from '../core/answer_figures.ts';
import { search } from '../core/api.ts';
import type { AnswerFiguresList, AnswerFiguresRow } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { useDesk } from '../view/context.ts';
import { withFilters } from '../view/location.ts';
import { lastDays, PeriodPicker } from '../view/period_picker.tsx';
import { AnswerDetail } from './answer_detail.tsx';
import { FigureCell } from './figure_cell.tsx';

const USUAL_DAYS = 30;
const { answer_figures: texts } = t;

export function EntryFigures({ kind, id }: { kind: 'faq' | 'topic'; id: string }): JSX.Element {
  const { api, settings } = useDesk();
  const [days, setDays] = useState(() => lastDays(settings.time_zone, USUAL_DAYS));
  const topic = kind === 'faq' ? `faq/${id}` : id;
  const found = useQuery({
    queryKey: ['knowledge', 'figures', days.from, days.to],
    queryFn: () => api.request<AnswerFiguresList>('GET', '/knowledge/figures' + search({ ...days })),
    enabled: kind === 'topic',
  });
  // Of what may be asked about a step most is hardly ever asked.
  const parts = (found.data?.answers ?? []).filter(
    ({ topic: of, place, kind: partKind, now }) =>
      of === topic && place !== null && (now.shown > 0 || partKind === 'step' || partKind === 'cause'),
  );
  const columns: TableProps<AnswerFiguresRow>['columns'] = [
    {
      title: texts.part,
      render: (_, { title, place, kind: partKind }) => (
        <>
          <Link href={'/studio' + withFilters({ tab: 'figures', ...days, topic, place }, {})}>{title}</Link>
          <div className="muted small">{texts.kinds[partKind]}</div>
        </>
      ),
    },
    ...FIGURE_NAMES.map((figure) => ({
      title: texts.figures[figure],
      key: figure,
      width: 100,
      align: 'right' as const,
      render: (_: unknown, row: AnswerFiguresRow) => <FigureCell now={row.now} before={row.before} figure={figure} />,
    })),
  ];
  return (
    <>
      <AnswerDetail
        address={{ topic, place: null }}
        days={days}
        picker={<PeriodPicker days={days} onChange={setDays} />}
      />
      {parts.length > 0 && (
        <>
          <h3 className="figures-parts">{texts.parts}</h3>
          <Table
            rowKey={keyOf}
            size="small"
            pagination={false}
            scroll={{ x: 760 }}
            columns={columns}
            dataSource={parts}
          />
        </>
      )}
    </>
  );
}
