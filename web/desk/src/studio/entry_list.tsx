/** All that the bot answers: found by words, kind, category and state. */

import { Input, Select, Table, Tag, type TableProps } from 'antd';
import { useMemo, type JSX } from 'react';
import { Link, useLocation } from 'wouter';
import type { EntryView } from '../core/protocol.ts';
import { EDITABLE, hasWords, validityOf, type EditableKind } from '../core/studio.ts';
import { dayIn } from '../core/insight.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { useFilters } from '../view/location.ts';
import { titleOf } from './names.ts';
import { useKnowledge, useStudioEntries } from './queries.ts';

const PAGE = 50;
const STATES = ['changed', 'over', 'ahead'] as const;

export function EntryList(): JSX.Element {
  const { settings } = useDesk();
  const [filters, change] = useFilters();
  const [, navigate] = useLocation();
  const knowledge = useKnowledge();
  const found = useStudioEntries(true);
  const day = dayIn(settings.time_zone, new Date());
  const categories = useMemo(
    () => new Map((knowledge.data?.categories ?? []).map(({ id, title }) => [id, title])),
    [knowledge.data],
  );
  const { query = '', kind = '', category = '', state = '' } = filters;
  const rows = useMemo(
    () =>
      (found.data ?? [])
        .toSorted(byKind)
        .filter(
          (entry) =>
            (EDITABLE as readonly string[]).includes(entry.kind) &&
            (kind === '' || entry.kind === kind) &&
            (category === '' || entry.category === category) &&
            (state === '' || (state === 'changed' ? entry.change !== null : validityOf(entry.value, day) === state)) &&
            hasWords(entry, query),
        ),
    [found.data, kind, category, state, query, day],
  );
  const columns: TableProps<EntryView>['columns'] = [
    {
      title: t.studio.entry,
      render: (_, entry) => (
        <>
          <Link href={`/studio/${entry.kind}/${entry.id}`}>{titleOf(entry)}</Link>
          {entry.change !== null && <Tag color={COLORS[entry.change]}>{t.studio.change[entry.change]}</Tag>}
          {typeof entry.value.source === 'string' && entry.value.source.startsWith(t.agent_answers.tab) && (
            <Tag>{t.agent_answers.tab}</Tag>
          )}
          <Validity entry={entry} day={day} />
        </>
      ),
    },
    { title: t.studio.kind, width: 110, render: (_, entry) => t.studio.kinds[entry.kind as EditableKind] },
    {
      title: t.studio.category,
      width: 150,
      render: (_, { category: id }) => id !== null && (categories.get(id) ?? id),
    },
    {
      title: t.studio.wordings,
      width: 110,
      align: 'right',
      render: (_, { value }) => (Array.isArray(value.similar) ? value.similar.length : ''),
    },
  ];
  return (
    <>
      <div className="toolbar">
        <Input.Search
          className="studio-search"
          allowClear
          aria-label={t.studio.search}
          placeholder={t.studio.search}
          defaultValue={query}
          onChange={(event) => change({ query: event.target.value })}
        />
        <Select
          className="kind-select"
          aria-label={t.studio.kind}
          value={kind}
          onChange={(value) => change({ kind: value, category: null })}
          options={[
            { value: '', label: t.studio.all_kinds },
            ...EDITABLE.map((value) => ({ value: value, label: t.studio.kinds[value] })),
          ]}
        />
        <Select
          className="kind-select"
          aria-label={t.studio.category}
          value={category}
          onChange={(value) => change({ category: value })}
          options={[
            { value: '', label: t.studio.all_categories },
            ...[...categories].map(([value, label]) => ({ value, label })),
          ]}
        />
        <Select
          className="kind-select"
          aria-label={t.studio.state}
          value={state}
          onChange={(value) => change({ state: value })}
          options={[
            { value: '', label: t.studio.all_states },
            ...STATES.map((value) => ({ value: value, label: t.studio.states[value] })),
          ]}
        />
        <span className="muted">{fill(t.studio.count, { count: rows.length })}</span>
      </div>
      <Table
        rowKey={(entry) => `${entry.kind}/${entry.id}`}
        size="middle"
        className="list-table"
        scroll={{ x: 560 }}
        pagination={{ pageSize: PAGE, hideOnSinglePage: true, showSizeChanger: false }}
        loading={found.isLoading}
        columns={columns}
        dataSource={rows}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.studio.empty }}
        onRow={(entry) => ({ onClick: () => navigate(`/studio/${entry.kind}/${entry.id}`), className: 'clickable' })}
      />
    </>
  );
}

/** Questions first: most of what is added is one. */
function byKind(a: EntryView, b: EntryView): number {
  const rank = ({ kind }: EntryView): number => (EDITABLE as readonly string[]).indexOf(kind);
  return rank(a) - rank(b);
}

const COLORS = { added: 'green', changed: 'orange', removed: 'red' };

function Validity({ entry, day }: { entry: EntryView; day: string }): JSX.Element | null {
  const state = validityOf(entry.value, day);
  return state === null ? null : <Tag color={state === 'over' ? 'red' : 'blue'}>{t.studio.states[state]}</Tag>;
}
