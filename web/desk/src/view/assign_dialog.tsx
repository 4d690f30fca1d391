/** A supervisor gives tickets to an agent. */

import { Modal, Select } from 'antd';
import { useState, type JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { AgentOption, agentOptions } from './agent_option.tsx';
import { useAction, useAgents, useDesk } from './context.ts';

export function AssignDialog(props: { tickets: readonly Ticket[]; onClose: () => void }): JSX.Element {
  const { tickets, onClose } = props;
  const { api, desk } = useDesk();
  const agents = useAgents();
  const [to, setTo] = useState<number | null>(null);
  const [run, busy] = useAction();
  const assign = async (): Promise<void> => {
    if (to === null) return;
    const give = async (): Promise<void> => {
      const refusals: unknown[] = [];
      // One that is over meanwhile does not keep the others.
      for (const ticket of tickets) {
        await api.assign(ticket.id, to).then((answer) => desk.adopt(answer), refusals.push.bind(refusals));
      }
      if (refusals.length > 0) throw refusals[0];
    };
    if ((await run(give, t.assign.done)) || tickets.length > 1) onClose();
  };
  const [first] = tickets;
  const only = tickets.length === 1 ? first : undefined;
  const others = (agents.data ?? []).filter(({ id }) => id !== only?.agent?.id);
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
      <p className="muted">{leadOf(tickets)}</p>
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

function leadOf(tickets: readonly Ticket[]): string {
  if (tickets.length > 1) return fill(t.assign.several, { count: tickets.length });
  const name = tickets[0]?.agent?.name;
  return name === undefined ? t.assign.lead : fill(t.assign.from, { name });
}
