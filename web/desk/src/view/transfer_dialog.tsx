/** Giving a chat to somebody else, with what they should know. */

import { Form, Input, Modal, Select } from 'antd';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { AgentOption, agentOptions } from './agent_option.tsx';
import { submitOnCtrlEnter } from './submit.ts';
import { useAction, useAgents, useDesk } from './context.ts';

/** A value of the list that is no agent. */
const QUEUE = 0;

export function TransferDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }): JSX.Element {
  const { api, desk } = useDesk();
  const agents = useAgents();
  const [, go] = useLocation();
  const [form] = Form.useForm<{ to: number; memo?: string }>();
  const [run, busy] = useAction();
  const transfer = async ({ to, memo }: { to: number; memo?: string }): Promise<void> => {
    const done = await run(async () => {
      desk.adopt(await api.transfer(ticket.id, to === QUEUE ? null : to, memo?.trim() ?? ''));
    }, t.transfer.done);
    if (!done) return;
    onClose();
    go('/');
  };
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
            options={[{ value: QUEUE, name: t.transfer.queue, agent: null }, ...agentOptions(others)]}
            optionRender={({ data }) => (data.agent === null ? data.name : <AgentOption agent={data.agent} />)}
            labelRender={({ value }) => others.find(({ id }) => id === value)?.name ?? t.transfer.queue}
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
