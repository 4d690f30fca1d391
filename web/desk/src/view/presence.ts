/** Whether the agent takes chats, and changing it. */

import type { Presence } from '../core/protocol.ts';
import { useAction, useAgents, useDesk } from './context.ts';

/** Returns what the agent has chosen, and a function to choose otherwise. */
export function usePresence(): [Presence, (status: 'online' | 'away') => Promise<boolean>] {
  const { agent, api, keeper } = useDesk();
  const agents = useAgents();
  const [run] = useAction();
  const set = (status: 'online' | 'away'): Promise<boolean> =>
    run(async () => {
      await api.setPresence(status);
      keeper.changeAgent({ presence: status });
      await agents.refetch();
    });
  // Chosen in another tab, perhaps; without a connection the gateway calls everybody offline.
  const listed = agents.data?.find(({ id }) => id === agent.id)?.presence;
  return [listed === 'online' || listed === 'away' ? listed : agent.presence, set];
}
