/** Makes the desk of the agent who is signed in, and lets it go when they leave. */

import { QueryClientProvider } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useMemo, useState, type JSX } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { watchActivity } from '../core/activity.ts';
import { notify, pageTitle, Sounds } from '../core/alerts.ts';
import { socketIoFactory } from '../core/connection.ts';
import { Desk, type DeskAlert } from '../core/desk.ts';
import { Drafts } from '../core/drafts.ts';
import { DevicePush, pushBrowser } from '../core/push.ts';
import type { Session, Ticket } from '../core/protocol.ts';
import type { SessionKeeper } from '../core/session.ts';
import { DeskStorage } from '../core/storage.ts';
import { listsOf } from '../core/tickets.ts';
import type { ServerClock } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';
import { DeskContext, useDesk, useDeskState, type DeskContextValue } from './context.ts';
import { Frame } from './frame.tsx';
import { ticketTitle, userName } from './labels.ts';
import type { Preferences } from './preferences.ts';
import { makeQueryClient, refetch } from './queries.ts';

interface SignedInProps {
  keeper: SessionKeeper;
  session: Session;
  clock: ServerClock;
  preferences: Preferences;
}

export function SignedIn({ keeper, session, clock, preferences }: SignedInProps): JSX.Element | null {
  const [parts, setParts] = useState<{ desk: Desk; drafts: Drafts; sounds: Sounds; push: DevicePush } | null>(null);
  const { notification } = App.useApp();
  const queries = useMemo(makeQueryClient, []);
  const agentId = session.agent.id;

  useEffect(() => {
    const sounds = new Sounds(Date.now);
    const storage = new DeskStorage(agentId);
    const drafts = new Drafts(storage, Date.now);
    const desk: Desk = new Desk({
      agentId,
      api: keeper.api,
      connect: socketIoFactory(window.location.origin),
      storage,
      now: Date.now,
      onNews: (news) => refetch(queries, news),
      onAlert: (alert) => {
        const isBefore = document.hasFocus() && desk.state.getState().openId === alert.ticket.id;
        const open = (): void => navigate(`/tickets/${alert.ticket.id}`);
        if (alert.kind === 'assigned' && !isBefore) {
          const title = t.alerts.assigned;
          notification.info({
            title,
            description: `${userName(alert.ticket)} · ${ticketTitle(alert.ticket)}`,
            key: `assigned-${alert.ticket.id}`,
            onClick: open,
          });
        }
        const name = alert.kind === 'whisper' ? alert.by : (alert.ticket.agent?.name ?? '');
        if (alert.kind === 'whisper') {
          notification.warning({
            title: fill(t.alerts.whisper, { name }),
            description: `${userName(alert.ticket)} · ${ticketTitle(alert.ticket)}`,
            key: `whisper-${alert.ticket.id}`,
            onClick: open,
          });
        }
        if (alert.kind === 'taken_away') {
          notification.info({
            title: fill(t.alerts.taken_away, { name }),
            description: `${userName(alert.ticket)} · ${ticketTitle(alert.ticket)}`,
            key: `taken-away-${alert.ticket.id}`,
          });
        }
        if (isBefore && alert.kind === 'message') return;
        if (preferences.state.getState().sound) sounds.play(toneOf(alert));
        notify(
          fill(t.alerts[alert.kind], { name }),
          fill(t.alerts.body, { number: alert.ticket.number }),
          tagOf(alert),
          open,
        );
      },
      onSignedOut: () => void keeper.check(),
    });
    const unlock = (): void => sounds.unlock();
    window.addEventListener('pointerdown', unlock);
    window.addEventListener('keydown', unlock);
    const stopWatching = watchActivity(window, keeper.api.noteActivity, Date.now);
    desk.start();
    const push = new DevicePush(keeper.api, pushBrowser(), {
      read: () => storage.read('push') !== null,
      write: (wanted) => storage.write('push', wanted ? '1' : null),
    });
    // No notice is worth a word: the menu says what is the matter.
    void push.renew().catch(() => undefined);
    const openTicket = (event: MessageEvent<{ kind?: string; id?: number }>): void => {
      if (event.data.kind === 'open_ticket') navigate(`/tickets/${Number(event.data.id)}`);
    };
    const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : null;
    workers?.addEventListener('message', openTicket);
    setParts({ desk, drafts, sounds, push });
    return () => {
      window.removeEventListener('pointerdown', unlock);
      window.removeEventListener('keydown', unlock);
      stopWatching();
      workers?.removeEventListener('message', openTicket);
      desk.stop();
      queries.clear();
    };
  }, [agentId, keeper, preferences, queries, notification]);

  const usedRecoveryCode = session.second_factor === 'recovery_code';
  useEffect(() => {
    if (!usedRecoveryCode) return;
    const { code_used, code_used_lead } = t.second_factor;
    notification.warning({ title: code_used, description: code_used_lead, key: 'recovery_code' });
  }, [usedRecoveryCode, notification]);

  const { agent, settings } = session;
  const value = useMemo<DeskContextValue | null>(
    () => parts && { ...parts, api: keeper.api, keeper, agent, settings, clock, preferences },
    [parts, keeper, agent, settings, clock, preferences],
  );
  if (value === null) return null;
  return (
    <QueryClientProvider client={queries}>
      <DeskContext value={value}>
        <Title />
        <Frame />
      </DeskContext>
    </QueryClientProvider>
  );
}

/** Keeps the page's title: what is unread, else who waits. */
function Title(): null {
  const { desk } = useDesk();
  const unread = useDeskState(({ tickets }) =>
    listsOf(tickets, desk.options.agentId).mine.reduce((sum, ticket) => sum + ticket.unread, 0),
  );
  const waiting = useDeskState(({ counts }) => counts.waiting);
  useEffect(() => {
    document.title = pageTitle(unread, waiting, t.title);
  }, [unread, waiting]);
  return null;
}

function toneOf({ kind, ticket }: DeskAlert): 'message' | 'waiting' | 'urgent' {
  if (kind === 'message') return 'message';
  return ticket.priority === 0 ? 'urgent' : 'waiting';
}

function tagOf({ kind, ticket }: { kind: DeskAlert['kind']; ticket: Ticket }): string {
  return kind === 'message' ? `ticket-${ticket.id}` : `${kind}-${ticket.id}`;
}
