/** How all answers do, the worst first, or one of them. */

import { useQuery } from '@tanstack/react-query';
import { Input, Segmented, Select, Space, Table, Tag, type TableProps } from 'antd';
import { useMemo, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import {
  arranged,
  FEW,
  FIGURE_NAMES,
  FIGURES,
  GROUPS,
  keyOf,
  type Figure,
  type Group,
  type Wanted,
} from '../core/answer_figures.ts';
import { search } from '../core/api.ts';
import type { AnswerFiguresList, AnswerFiguresRow } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { ExportButton } from '../view/export_button.tsx';
import { useFilters, withFilters } from '../view/location.ts';
import { lastDays, PeriodPicker, type Days } from '../view/period_picker.tsx';
import { AnswerDetail } from './answer_detail.tsx';
import { FigureCell } from './figure_cell.tsx';

const PAGE = 50;
const USUAL_DAYS = 30;
const LEAST = [0, FEW, 50, 100, 500];
const { answer_figures: texts } = t;

export function FiguresTab(): JSX.Element {
  const { settings } = useDesk();
  const [filters, change] = useFilters();
  const { topic, place, from, to, ...others } = filters;
  const days = from && to ? { from, to } : lastDays(settings.time_zone, USUAL_DAYS);
  const picker = <PeriodPicker days={days} onChange={(picked) => change({ ...picked })} />;
  if (topic === undefined) return <FiguresList days={days} picker={picker} filters={filters} change={change} />;
  const back = '/studio' + withFilters({ ...others, from, to }, {});
  return <AnswerDetail address={{ topic, place: place ?? null }} days={days} picker={picker} back={back} />;
}

interface FiguresListProps {
  days: Days;
  picker: JSX.Element;
  filters: Readonly<Record<string, string>>;
  change: (changed: Record<string, string | number | null>) => void;
}

function FiguresList({ days, picker, filters, change }: FiguresListProps): JSX.Element {
  const { api } = useDesk();
  const [, navigate] = useLocation();
  const found = useQuery({
    queryKey: ['knowledge', 'figures', days.from, days.to],
    queryFn: () => api.request<AnswerFiguresList>('GET', '/knowledge/figures' + search({ ...days })),
    placeholderData: (previous) => previous,
  });
  const wanted = useMemo(() => wantedOf(filters), [filters]);
  const rows = useMemo(() => arranged(found.data?.answers ?? [], wanted), [found.data, wanted]);
  const addressOf = ({ topic, place }: AnswerFiguresRow): string => '/studio' + withFilters(filters, { topic, place });
  const columns: TableProps<AnswerFiguresRow>['columns'] = [
    {
      title: texts.answer,
      key: 'title',
      className: 'figures-answer',
      render: (_, row) => (
        <>
          <Link href={addressOf(row)}>{row.title}</Link>
          <div className="muted small">
            <Tag>{texts.kinds[row.kind]}</Tag>
            {row.topic_title}
          </div>
        </>
      ),
    },
    ...FIGURE_NAMES.map((figure) => ({
      title: texts.figures[figure],
      key: figure,
      width: 104,
      align: 'right' as const,
      sorter: true,
      sortDirections: ['descend' as const, 'ascend' as const, 'descend' as const],
      sortOrder: wanted.order === figure ? (wanted.up ? ('ascend' as const) : ('descend' as const)) : null,
      showSorterTooltip: false,
      render: (_: unknown, row: AnswerFiguresRow) => <FigureCell now={row.now} before={row.before} figure={figure} />,
    })),
  ];
  return (
    <>
      <p className="muted">{texts.lead}</p>
      <div className="toolbar">
        {picker}
        <Input.Search
          className="studio-search"
          allowClear
          aria-label={texts.search}
          placeholder={texts.search}
          defaultValue={wanted.query}
          onChange={(event) => change({ query: event.target.value })}
        />
        <Select
          className="kind-select"
          aria-label={t.studio.kind}
          value={wanted.group}
          onChange={(group) => change({ group })}
          options={[
            { value: '', label: t.studio.all_kinds },
            ...(Object.keys(GROUPS) as Group[]).map((value) => ({ value: value, label: texts.groups[value] })),
          ]}
        />
        <Select
          className="kind-select"
          aria-label={texts.least}
          value={wanted.least}
          onChange={(least) => change({ least })}
          options={LEAST.map((count) => ({
            value: count,
            label: count === 0 ? texts.least_none : fill(texts.least_of, { count }),
          }))}
        />
        <Segmented
          aria-label={texts.order_by}
          value={wanted.by}
          onChange={(by) => change({ by: by === 'count' ? null : by })}
          options={(['count', 'share'] as const).map((value) => ({ value: value, label: texts.by[value] }))}
        />
        <Space>
          <span className="muted">{fill(t.studio.count, { count: rows.length })}</span>
          <ExportButton address="/desk/api/knowledge/figures/export" query={search({ ...days })} />
        </Space>
      </div>
      <Table
        rowKey={keyOf}
        size="middle"
        className="list-table figures-table"
        scroll={{ x: 820 }}
        pagination={{ pageSize: PAGE, hideOnSinglePage: true, showSizeChanger: false }}
        loading={found.isLoading}
        columns={columns}
        dataSource={rows}
        locale={{ emptyText: found.isError ? errorText(found.error) : texts.empty }}
        onChange={(_, __, sorter) => {
          const { columnKey, order } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter;
          change({ order: String(columnKey), up: order === 'ascend' ? 1 : null });
        }}
        onRow={(row) => ({ onClick: () => navigate(addressOf(row)), className: 'clickable' })}
      />
      <p className="muted small">{fill(texts.few, { count: FEW })}</p>
    </>
  );
}

function wantedOf(filters: Readonly<Record<string, string>>): Wanted {
  const { query = '', group = '', least, order, by, up } = filters;
  return {
    query,
    group,
    // Nothing chosen is not the same as none.
    least: least === undefined ? FEW : Number(least) || 0,
    order: order !== undefined && order in FIGURES ? (order as Figure) : 'unhelpful',
    by: by === 'share' ? 'share' : 'count',
    up: up === '1',
  };
}
