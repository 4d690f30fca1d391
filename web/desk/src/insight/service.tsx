/** How well service targets are kept, in total and by group. */

import { useQuery } from '@tanstack/react-query';
import { Progress, Table, type TableProps } from 'antd';
import type { JSX } from 'react';
import { search } from '../core/api.ts';
import { percent } from '../core/insight.ts';
import type { ServiceFigures } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';

type Kept = ServiceFigures['first_reply'];
interface Row {
  key: string;
  name: string;
  first_reply: Kept;
  resolution: Kept;
}

export function Service({ from, to }: { from: string; to: string }): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({
    queryKey: ['service', from, to],
    queryFn: () => api.request<ServiceFigures>('GET', '/insight/service' + search({ from, to })),
    placeholderData: (previous) => previous,
  });
  const groups = found.data?.groups ?? [];
  const rows: Row[] = groups.map((group) => ({
    key: String(group.group_id),
    name: group.name ?? t.queue.no_group,
    first_reply: group.first_reply,
    resolution: group.resolution,
  }));
  if (found.data && rows.length > 1) rows.unshift({ key: 'total', name: t.targets.total, ...found.data });
  return (
    <>
      <h2>{t.targets.title}</h2>
      <p className="muted">{t.targets.figures_lead}</p>
      <Table
        size="small"
        pagination={false}
        loading={found.isLoading}
        columns={columns}
        dataSource={rows}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.targets.no_figures }}
      />
    </>
  );
}

const columns: NonNullable<TableProps<Row>['columns']> = [
  { title: t.routing.group, width: 180, dataIndex: 'name' },
  { title: t.targets.kept.first_reply, render: (_, { first_reply }) => <Share of={first_reply} /> },
  { title: t.targets.kept.resolution, render: (_, { resolution }) => <Share of={resolution} /> },
];

function Share({ of: { kept, missed, open } }: { of: Kept }): JSX.Element {
  const share = percent(kept, kept + missed);
  if (share === null)
    return <span className="muted">{open > 0 ? fill(t.targets.only_open, { open }) : t.insight.none}</span>;
  const counts = fill(t.targets.counts, { kept, missed });
  return (
    <div className="kept">
      <Progress aria-label={counts} size="small" status="normal" percent={share} strokeColor="var(--primary)" />
      <span className="muted">{counts}</span>
    </div>
  );
}
