/** Users who are not handed over to humans now. */

import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Table } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import { t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from '../view/context.ts';
import { visitorName } from '../view/labels.ts';

export function BlockList(): JSX.Element {
  const { api } = useDesk();
  const [, go] = useLocation();
  const found = useQuery({ queryKey: ['blocked'], queryFn: api.blocked });
  const [run, busy] = useAction();
  const now = new Date(useNow(60_000));
  const time = (at: string): string => describeTime(new Date(at), now, t.times);
  return (
    <>
      <p className="muted">{t.customer.list_lead}</p>
      <Table
        rowKey="conversation_id"
        size="small"
        pagination={false}
        loading={found.isLoading}
        scroll={{ x: 'max-content' }}
        dataSource={found.data?.blocked ?? []}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.customer.list_empty }}
        columns={[
          { title: t.search.user, render: (_, { name, conversation_id }) => visitorName(name, conversation_id) },
          { title: t.details.site, dataIndex: 'site' },
          { title: t.customer.reason, render: (_, { block }) => block.reason },
          {
            title: t.customer.until,
            render: (_, { block }) => (block.until ? time(block.until) : t.customer.for_good),
          },
          { title: t.audit.actor, render: (_, { block }) => block.by },
          { title: t.audit.at, render: (_, { block }) => time(block.created_at) },
          {
            render: (_, { conversation_id }) => (
              <>
                <Button size="small" type="link" onClick={() => go(`/conversations/${conversation_id}`)}>
                  {t.quality.watch}
                </Button>
                <Popconfirm
                  title={t.customer.unblock_sure}
                  onConfirm={() =>
                    void run(() => api.unblock(conversation_id), t.customer.unblocked).then(() => found.refetch())
                  }
                >
                  <Button size="small" loading={busy}>
                    {t.customer.unblock}
                  </Button>
                </Popconfirm>
              </>
            ),
          },
        ]}
      />
    </>
  );
}
