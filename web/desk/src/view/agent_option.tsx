/** An agent in a list to choose from: who they are, whether they are there, how much they have. */

import { Badge } from 'antd';
import type { JSX } from 'react';
import type { Agent } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { PRESENCE_STATUS } from './labels.ts';

const ORDER: readonly Agent['presence'][] = ['online', 'away', 'offline'];

/** Returns the options of a list, who is there and has least to do first. */
export function agentOptions(agents: readonly Agent[]): { value: number; name: string; agent: Agent | null }[] {
  return [...agents]
    .sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.chats - b.chats)
    .map((agent) => ({ value: agent.id, name: agent.name, agent }));
}

export function AgentOption({ agent }: { agent: Agent }): JSX.Element {
  return (
    <span className="agent-option">
      <Badge status={PRESENCE_STATUS[agent.presence]} text={agent.name} />
      <span className="muted">
        {agent.on_leave_until ? t.routing.off_now : t.presence[agent.presence]} ·{' '}
        {fill(t.team.load, { chats: agent.chats, max: agent.max_chats })}
      </span>
    </span>
  );
}
