/** Who did what at the desk and by commands; for admins. */

import { DownloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { App, Button, DatePicker, Input, Select, Table, Typography, type TableProps } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { momentIn } from '../core/audit.ts';
import type { AuditEntry } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { zoneName } from '../view/labels.ts';
import { Page } from '../view/page.tsx';

const DAY = 'YYYY-MM-DD';
const PAGE = 50;

export function Audit(): JSX.Element {
  const { api, settings } = useDesk();
  const { modal } = App.useApp();
  const [action, setAction] = useState<string | undefined>();
  const [actor, setActor] = useState('');
  const [target, setTarget] = useState('');
  const [days, setDays] = useState<[Dayjs | null, Dayjs | null] | null>(null);
  const [run, busy] = useAction();
  const wanted = { action, actor, target, from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) };
  const found = useInfiniteQuery({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam }) => api.audit({ ...wanted, before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.has_more ? page.entries.at(-1)?.id : undefined),
  });
  const verify = (): void =>
    void run(async () => {
      const result = await api.verifyAudit();
      const show = result.problem === null ? modal.success : modal.error;
      show({
        title: result.problem === null ? fill(t.audit.intact, { count: result.count }) : t.audit.broken,
        content: (
          <>
            <p>{result.problem ?? t.audit.head_lead}</p>
            <Typography.Paragraph copyable className="password">
              {`${result.head}:${result.digest}`}
            </Typography.Paragraph>
          </>
        ),
      });
    });
  const columns: TableProps<AuditEntry>['columns'] = [
    { title: t.audit.id, dataIndex: 'id', width: 80 },
    { title: t.audit.at, width: 180, render: (_, { at }) => momentIn(settings.time_zone, new Date(at)) },
    {
      title: t.audit.actor,
      width: 160,
      ellipsis: true,
      render: (_, { actor_name, actor_kind }) => actor_name ?? nameOf(t.audit.actors, actor_kind),
    },
    { title: t.audit.address, dataIndex: 'address', width: 150, ellipsis: true },
    { title: t.audit.action, width: 150, render: (_, entry) => nameOf(t.audit.actions, entry.action) },
    { title: t.audit.target, dataIndex: 'target', width: 180, ellipsis: true },
    {
      title: t.audit.details,
      render: (_, { details }) =>
        Object.keys(details).length === 0 ? null : (
          <Typography.Text className="audit-details">{JSON.stringify(details)}</Typography.Text>
        ),
    },
  ];
  return (
    <Page
      title={t.nav.audit}
      lead={fill(t.audit.lead, { zone: zoneName(settings.time_zone) })}
      actions={
        <div className="toolbar">
          <Button icon={<SafetyCertificateOutlined />} loading={busy} onClick={verify}>
            {t.audit.verify}
          </Button>
          <Button icon={<DownloadOutlined />} href={'/desk/api/audit/export.csv' + search(wanted)} download>
            {t.audit.export}
          </Button>
        </div>
      }
    >
      <div className="toolbar">
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          className="audit-action"
          placeholder={t.audit.action}
          aria-label={t.audit.action}
          value={action}
          onChange={setAction}
          options={Object.entries(t.audit.actions).map(([value, label]) => ({ value, label }))}
        />
        <Input.Search
          allowClear
          className="audit-field"
          placeholder={t.audit.actor}
          aria-label={t.audit.actor}
          onSearch={(value) => setActor(value.trim())}
        />
        <Input.Search
          allowClear
          className="audit-field"
          placeholder={t.audit.target}
          aria-label={t.audit.target}
          onSearch={(value) => setTarget(value.trim())}
        />
        <DatePicker.RangePicker allowEmpty={[true, true]} aria-label={t.audit.days} value={days} onChange={setDays} />
      </div>
      <Table
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={found.data?.pages.flatMap((page) => page.entries) ?? []}
        loading={found.isLoading}
        pagination={false}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.audit.empty }}
      />
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </Page>
  );
}
