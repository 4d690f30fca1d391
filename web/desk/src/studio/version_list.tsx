/** All versions, with a way back to each. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { App, Button, Modal, Space, Spin, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import type { Difference, Versions } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from '../view/context.ts';
import { titleOf } from './names.ts';
import { renew } from '../view/queries.ts';
import { Changes } from './changes.tsx';
import { PilotPanel } from './pilot_panel.tsx';
import { useKnowledge, useStudioRole } from './queries.ts';

type Version = Versions['versions'][number];

const COLORS = { draft: 'orange', pilot: 'blue', published: 'green', retired: 'default', withdrawn: 'default' };

/** As a publication. Milliseconds. */
const PATIENCE = 90_000;

export function VersionList(): JSX.Element {
  const { api } = useDesk();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const now = new Date(useNow(60_000));
  const role = useStudioRole();
  const isPilotRunning = Boolean(useKnowledge().data?.pilot);
  const [run, busy] = useAction();
  const [shown, setShown] = useState<Version | null>(null);
  const found = useQuery({
    queryKey: ['knowledge', 'versions'],
    queryFn: async () => (await api.request<Versions>('GET', '/knowledge/versions')).versions,
  });
  const rollBack = (version: Version): void => {
    modal.confirm({
      title: fill(t.studio.roll_back_sure, { number: version.number }),
      content: t.studio.roll_back_lead,
      okText: t.studio.roll_back,
      okButtonProps: { danger: true },
      onOk: () =>
        run(
          async () => {
            const body = { note: fill(t.studio.roll_back_note, { number: version.number }) };
            await api.request('POST', `/knowledge/versions/${version.number}/publication`, body, PATIENCE);
            await renew(queries, ['knowledge']);
          },
          fill(t.studio.rolled_back, { number: version.number }),
        ),
    });
  };
  const columns: TableProps<Version>['columns'] = [
    {
      title: t.studio.version,
      width: 150,
      render: (_, { number, state }) => (
        <>
          {number} <Tag color={COLORS[state]}>{t.studio.version_states[state]}</Tag>
        </>
      ),
    },
    { title: t.studio.author, width: 140, render: (_, it) => nameOf(t.studio.authors, it.published_by ?? it.author) },
    {
      title: t.studio.at,
      width: 150,
      render: (_, it) => describeTime(new Date(it.published_at ?? it.created_at), now, t.times),
    },
    { title: t.studio.note_of, dataIndex: 'note' },
    {
      width: 260,
      render: (_, version) => (
        <Space wrap size={4}>
          {version.state !== 'published' && (
            <Button size="small" onClick={() => setShown(version)}>
              {t.studio.compare}
            </Button>
          )}
          <a href={`/desk/api/knowledge/versions/${version.number}/bundle.zip`} download>
            {t.studio.download}
          </a>
          {version.state === 'retired' && (
            <Button
              size="small"
              danger
              disabled={role !== 'publisher' || busy || isPilotRunning}
              onClick={() => rollBack(version)}
            >
              {t.studio.roll_back}
            </Button>
          )}
        </Space>
      ),
    },
  ];
  return (
    <>
      <PilotPanel />
      <Table
        rowKey="number"
        size="middle"
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        scroll={{ x: 760 }}
        loading={found.isLoading}
        columns={columns}
        dataSource={found.data ?? []}
        locale={{ emptyText: found.isError ? errorText(found.error) : undefined }}
      />
      {shown && <Compare version={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Compare({ version, onClose }: { version: Version; onClose: () => void }): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({
    queryKey: ['knowledge', 'difference', version.number, 'published'],
    queryFn: () => api.request<Difference>('GET', `/knowledge/versions/${version.number}/difference`),
  });
  return (
    <Modal
      open
      width={760}
      title={fill(t.studio.compare_of, { number: version.number })}
      footer={null}
      onCancel={onClose}
    >
      {found.isLoading && <Spin />}
      {found.isError && errorText(found.error)}
      {found.data?.entries.length === 0 && t.studio.same}
      {found.data?.entries.map((entry) => (
        <section key={`${entry.kind}/${entry.id}`}>
          <h3>
            {titleOf(entry)} <Tag>{t.studio.change[entry.change]}</Tag>
          </h3>
          <Changes before={entry.before} after={entry.after} />
        </section>
      ))}
    </Modal>
  );
}
