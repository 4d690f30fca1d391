/** What users ask about, week by week, and how much of it is answered. */

import { useQuery } from '@tanstack/react-query';
import { Select, Table, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { percent } from '../core/insight.ts';
import type { CoverageCell, CoverageView } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';

const CHOICES = [4, 8, 12, 26];

interface Row {
  key: string;
  title: string;
  weeks: CoverageCell[];
}

export function CoverageReport(): JSX.Element {
  const { api } = useDesk();
  const [weeks, setWeeks] = useState(8);
  const found = useQuery({
    queryKey: ['coverage', weeks],
    queryFn: () => api.request<CoverageView>('GET', '/insight/coverage' + search({ weeks })),
    placeholderData: (previous) => previous,
  });
  const columns: TableProps<Row>['columns'] = [
    { title: t.coverage.topic, dataIndex: 'title', fixed: 'left', width: 200, className: 'coverage-topic' },
    ...(found.data?.weeks ?? []).map((week, index) => ({
      title: fill(t.coverage.week, { date: week.slice(5).replace('-', '/') }),
      key: week,
      align: 'right' as const,
      width: 110,
      render: (_: unknown, row: Row) => <Cell cell={row.weeks[index]} />,
    })),
  ];
  const rows: Row[] = (found.data?.topics ?? []).map(({ topic, title, weeks: cells }) => ({
    key: topic ?? '',
    title: topic === null ? t.coverage.none : (title ?? topic),
    weeks: cells,
  }));
  if (found.data && rows.length > 0) rows.unshift({ key: '*', title: t.coverage.total, weeks: found.data.total });
  return (
    <>
      <p className="muted">{t.coverage.lead}</p>
      <div className="toolbar">
        <Select
          aria-label={t.insight.range}
          value={weeks}
          onChange={setWeeks}
          options={CHOICES.map((count) => ({ value: count, label: fill(t.coverage.weeks, { count }) }))}
        />
      </div>
      <Table
        size="middle"
        pagination={false}
        scroll={{ x: 'max-content' }}
        loading={found.isLoading}
        columns={columns}
        dataSource={rows}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.coverage.empty }}
      />
    </>
  );
}

function Cell({ cell }: { cell: CoverageCell | undefined }): JSX.Element | null {
  const share = cell ? percent(cell.answered, cell.asked) : null;
  if (!cell || share === null) return null;
  return (
    <div title={fill(t.coverage.cell_of, { percent: share })}>
      {share}%<div className="muted small">{fill(t.coverage.cell, { ...cell })}</div>
    </div>
  );
}
