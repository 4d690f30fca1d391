/** Where the agent is signed in, and a way out of all other places. */

import { useQuery } from '@tanstack/react-query';
import { Button, Modal, Table, Tag, type TableProps } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import type { JSX } from 'react';
import type { AgentSession } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from './context.ts';

export function SessionsDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: api.sessions });
  const [run, busy] = useAction();
  const end = async (): Promise<void> => {
    if (await run(() => api.endOtherSessions(), t.sessions.ended)) await sessions.refetch();
  };
  const columns: TableProps<AgentSession>['columns'] = [
    {
      title: t.sessions.browser,
      ellipsis: true,
      render: (_, { browser, is_current }) => (
        <>
          {is_current && <Tag color="green">{t.sessions.current}</Tag>}
          {browser}
        </>
      ),
    },
    { title: t.sessions.address, dataIndex: 'address', width: 140, ellipsis: true },
    {
      title: t.sessions.since,
      width: 140,
      render: (_, { created_at }) => describeTime(new Date(created_at), now, t.times),
    },
  ];
  const others = sessions.data?.some(({ is_current }) => !is_current) ?? false;
  return (
    <Modal
      open
      width={640}
      title={t.sessions.title}
      onCancel={onClose}
      footer={
        <Button danger disabled={!others} loading={busy} onClick={() => void end()}>
          {t.sessions.end}
        </Button>
      }
    >
      <Table
        rowKey="created_at"
        size="small"
        pagination={false}
        columns={columns}
        dataSource={sessions.data ?? []}
        loading={sessions.isLoading}
        locale={sessions.isError ? { emptyText: errorText(sessions.error) } : {}}
      />
    </Modal>
  );
}
