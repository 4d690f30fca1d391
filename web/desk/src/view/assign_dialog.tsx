/** A supervisor gives a ticket to an agent. */

import { Modal, Select } from 'antd';
import { useState, type JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { AgentOption, agentOptions } from './agent_option.tsx';
import { useAction, useAgents, useDesk } from './context.ts';

export function AssignDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }): JSX.Element {
  const { api, desk } = useDesk();
  const agents = useAgents();
  const [to, setTo] = useState<number | null>(null);
  const [run, busy] = useAction();
  const assign = async (): Promise<void> => {
    if (to === null) return;
    if (await run(async () => desk.adopt(await api.assign(ticket.id, to)), t.assign.done)) onClose();
  };
  const others = (agents.data ?? []).filter(({ id }) => id !== ticket.agent?.id);
  return (
    <Modal
      open
      title={t.assign.title}
      okText={t.actions.assign}
      okButtonProps={{ disabled: to === null }}
      confirmLoading={busy}
      onOk={() => void assign()}
      onCancel={onClose}
    >
      <p className="muted">{ticket.agent ? fill(t.assign.from, { name: ticket.agent.name }) : t.assign.lead}</p>
      <Select
        autoFocus
        className="wide"
        aria-label={t.transfer.to}
        showSearch={{ optionFilterProp: 'name' }}
        loading={agents.isLoading}
        placeholder={t.transfer.to_missing}
        value={to}
        onChange={setTo}
        options={agentOptions(others)}
        optionRender={({ data }) => (data.agent === null ? data.name : <AgentOption agent={data.agent} />)}
        labelRender={({ value }) => others.find(({ id }) => id === value)?.name ?? ''}
      />
    </Modal>
  );
}
