/** Where an agent is signed in, and a way out of all other places; for admins, of all places of somebody else. */

import { useQuery } from '@tanstack/react-query';
import { Button, Modal, Table, Tag, type TableProps } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import type { JSX } from 'react';
import { describeBrowser } from '../core/browsers.ts';
import type { Agent, AgentSession } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from './context.ts';

interface SessionsDialogProps {
  /** Somebody else; the agent who asks if there is none. */
  of?: Agent;
  onClose: () => void;
}

export function SessionsDialog({ of, onClose }: SessionsDialogProps): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const sessions = useQuery({
    queryKey: ['sessions', of?.id ?? 'own'],
    queryFn: () => (of ? api.sessionsOf(of.id) : api.sessions()),
  });
  const [run, busy] = useAction();
  const end = async (): Promise<void> => {
    const ended = of
      ? await run(() => api.endSessionsOf(of.id), fill(t.sessions.ended_all, { name: of.name }))
      : await run(() => api.endOtherSessions(), t.sessions.ended);
    if (ended) await sessions.refetch();
  };
  const columns: TableProps<AgentSession>['columns'] = [
    {
      title: t.sessions.browser,
      render: (_, { browser, is_current }) => (
        <>
          {is_current && <Tag color="green">{t.sessions.current}</Tag>}
          {describeBrowser(browser ?? '')}
        </>
      ),
    },
    {
      title: t.sessions.since,
      render: (_, { created_at }) => describeTime(new Date(created_at), now, t.times),
    },
    { title: t.sessions.address, dataIndex: 'address' },
    { title: t.sessions.how, render: (_, session) => howOf(session) },
  ];
  const isAnyToEnd = sessions.data?.some(({ is_current }) => of !== undefined || !is_current) ?? false;
  return (
    <Modal
      open
      width={720}
      title={of ? fill(t.sessions.title_of, { name: of.name }) : t.sessions.title}
      onCancel={onClose}
      footer={
        <Button danger disabled={!isAnyToEnd} loading={busy} onClick={() => void end()}>
          {of ? t.sessions.end_all : t.sessions.end}
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
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: sessions.isError ? errorText(sessions.error) : t.sessions.none }}
      />
    </Modal>
  );
}

/** Returns how a session was opened: 密码 + 验证码. */
function howOf({ method, second_factor }: AgentSession): string {
  const first = t.sessions.methods[method];
  return second_factor ? `${first} + ${t.sessions.factors[second_factor]}` : first;
}
