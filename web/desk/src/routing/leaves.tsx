/** Leave of agents: who is off gets nothing. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Form, Popconfirm, Select, Table, Tag, type TableProps } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import type { JSX } from 'react';
import type { Leave } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useAgents, useDesk, useNow } from '../view/context.ts';

const MOMENT = 'YYYY-MM-DD HH:mm';

export function Leaves(): JSX.Element {
  const { api } = useDesk();
  const queries = useQueryClient();
  const agents = useAgents();
  const now = useNow(60_000);
  const leaves = useQuery({ queryKey: ['leaves'], queryFn: api.leaves });
  const [form] = Form.useForm<{ agent_id: number; times: [Dayjs, Dayjs] }>();
  const [run, busy] = useAction();
  const renew = (): void => void queries.invalidateQueries({ queryKey: ['leaves'] });
  const add = async ({ agent_id, times }: { agent_id: number; times: [Dayjs, Dayjs] }): Promise<void> => {
    const [first, last] = times;
    const done = await run(() => api.addLeave(agent_id, first.toISOString(), last.toISOString()), t.saved);
    if (done) form.resetFields();
    renew();
  };
  const columns: TableProps<Leave>['columns'] = [
    {
      title: t.team.name,
      width: 160,
      render: (_, { name, starts_at }) => (
        <>
          {name} {Date.parse(starts_at) <= now && <Tag color="orange">{t.routing.off_now}</Tag>}
        </>
      ),
    },
    { title: t.routing.starts_at, render: (_, { starts_at }) => dayjs(starts_at).format(MOMENT) },
    { title: t.routing.ends_at, render: (_, { ends_at }) => dayjs(ends_at).format(MOMENT) },
    {
      width: 100,
      render: (_, leave) => (
        <Popconfirm
          title={fill(t.routing.leave_delete_sure, { name: leave.name })}
          onConfirm={() => void run(() => api.deleteLeave(leave.id), t.deleted).then(renew)}
        >
          <Button size="small" danger disabled={busy}>
            {t.delete}
          </Button>
        </Popconfirm>
      ),
    },
  ];
  return (
    <>
      <p className="muted">{t.routing.leaves_lead}</p>
      <Form
        form={form}
        layout="inline"
        className="leave-form"
        requiredMark={false}
        onFinish={(values) => void add(values)}
      >
        <Form.Item name="agent_id" rules={[{ required: true, message: t.missing }]}>
          <Select
            className="leave-agent"
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t.transfer.to_missing}
            aria-label={t.team.name}
            options={(agents.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        <Form.Item name="times" rules={[{ required: true, message: t.missing }]}>
          <DatePicker.RangePicker
            showTime={{ format: 'HH:mm', minuteStep: 15 }}
            format={MOMENT}
            minDate={dayjs(now).startOf('day')}
            aria-label={t.routing.times}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t.routing.add_leave}
        </Button>
      </Form>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={leaves.isLoading}
        columns={columns}
        dataSource={leaves.data ?? []}
        locale={{ emptyText: leaves.isError ? errorText(leaves.error) : t.routing.no_leaves }}
      />
    </>
  );
}
