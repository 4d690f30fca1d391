/** Giving a chat to somebody else, with what they should know. */

import { Form, Input, Modal, Select } from 'antd';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { AgentOption, agentOptions } from './agent_option.tsx';
import { submitOnCtrlEnter } from './submit.ts';
import { useAction, useAgents, useDesk, useGroups } from './context.ts';

/** Values of the list that are no agents: the queue, and below it the groups by their ids. */
const QUEUE = 0;

export function TransferDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }): JSX.Element {
  const { api, desk } = useDesk();
  const agents = useAgents();
  const groups = useGroups();
  const [, go] = useLocation();
  const [form] = Form.useForm<{ to: number; memo?: string }>();
  const [run, busy] = useAction();
  const transfer = async ({ to, memo }: { to: number; memo?: string }): Promise<void> => {
    const done = await run(async () => {
      desk.adopt(await api.transfer(ticket.id, placeOf(to), memo?.trim() ?? ''));
    }, t.transfer.done);
    if (!done) return;
    onClose();
    go('/');
  };
  const queues = [
    { value: QUEUE, name: t.transfer.queue, agent: null },
    ...(groups.data ?? []).map(({ id, name }) => ({
      value: -id,
      name: fill(t.transfer.group, { name }),
      agent: null,
    })),
  ];
  const others = (agents.data ?? []).filter(({ id }) => id !== desk.options.agentId);
  return (
    <Modal
      open
      title={t.transfer.title}
      okText={t.actions.transfer}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onKeyDown={submitOnCtrlEnter(form.submit)}
        onFinish={(values) => void transfer(values)}
      >
        <Form.Item name="to" label={t.transfer.to} rules={[{ required: true, message: t.transfer.to_missing }]}>
          <Select
            autoFocus
            defaultOpen={false}
            showSearch={{ optionFilterProp: 'name' }}
            loading={agents.isLoading}
            placeholder={t.transfer.to_missing}
            options={[...queues, ...agentOptions(others)]}
            optionRender={({ data }) => (data.agent === null ? data.name : <AgentOption agent={data.agent} />)}
            labelRender={({ value }) =>
              [...queues, ...agentOptions(others)].find((option) => option.value === value)?.name ?? t.transfer.queue
            }
          />
        </Form.Item>
        <Form.Item name="memo" label={t.transfer.memo} extra={t.transfer.memo_hint}>
          <Input.TextArea
            autoSize={{ minRows: 3, maxRows: 8 }}
            maxLength={1000}
            placeholder={t.transfer.memo_example}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function placeOf(to: number): { agent_id?: number; group_id?: number } {
  if (to > QUEUE) return { agent_id: to };
  return to < QUEUE ? { group_id: -to } : {};
}
