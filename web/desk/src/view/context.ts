/** What all parts of the page use once somebody is signed in. */

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { App } from 'antd';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useStore } from 'zustand';
import { ApiError, type DeskApi } from '../core/api.ts';
import type { Sounds } from '../core/alerts.ts';
import type { Desk, DeskState } from '../core/desk.ts';
import type { Drafts } from '../core/drafts.ts';
import type { Agent, RoutingRules, Settings, SkillGroup } from '../core/protocol.ts';
import { groupsOf } from '../core/queue_view.ts';
import type { DevicePush } from '../core/push.ts';
import type { SessionKeeper } from '../core/session.ts';
import type { ServerClock } from '../core/waits.ts';
import { t } from '../i18n/strings.ts';
import { ToldError } from './field_errors.ts';
import type { Preferences } from './preferences.ts';

export interface DeskContextValue {
  desk: Desk;
  api: DeskApi;
  keeper: SessionKeeper;
  agent: Agent;
  settings: Settings;
  drafts: Drafts;
  clock: ServerClock;
  sounds: Sounds;
  preferences: Preferences;
  push: DevicePush;
}

export const DeskContext = createContext<DeskContextValue | null>(null);

export function useDesk(): DeskContextValue {
  const value = useContext(DeskContext);
  if (value === null) throw new Error('used outside of the desk');
  return value;
}

export function useDeskState<T>(select: (state: DeskState) => T): T {
  return useStore(useDesk().desk.state, select);
}

const tickers = new Map<number, { listeners: Set<() => void>; stop: () => void }>();

function subscribeTicker(interval: number, listener: () => void): () => void {
  let ticker = tickers.get(interval);
  if (!ticker) {
    const listeners = new Set<() => void>();
    const timer = setInterval(() => {
      for (const each of [...listeners]) each();
    }, interval);
    ticker = { listeners, stop: () => clearInterval(timer) };
    tickers.set(interval, ticker);
  }
  const { listeners, stop } = ticker;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop();
    tickers.delete(interval);
  };
}

/** Returns the gateway's time in milliseconds, again every `interval` milliseconds. */
export function useNow(interval = 1000): number {
  const { clock } = useDesk();
  const subscribe = useCallback((listener: () => void) => subscribeTicker(interval, listener), [interval]);
  return useSyncExternalStore(subscribe, () => Math.floor(clock.now() / interval) * interval);
}

/** Returns what is to be said of a request that failed. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t.errors.request;
  return error.message === '' ? t.errors[error.trouble] : error.message;
}

/** Returns a function that does something, tells if it fails, and says whether it is under way. */
export function useAction(): [run: (work: () => Promise<unknown>, done?: string) => Promise<boolean>, busy: boolean] {
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const underWay = useRef(false);
  const run = useCallback(
    async (work: () => Promise<unknown>, done?: string) => {
      // A second click is not a second wish.
      if (underWay.current) return false;
      underWay.current = true;
      setBusy(true);
      try {
        await work();
        if (done !== undefined) message.success(done);
        return true;
      } catch (error) {
        if (!(error instanceof ToldError)) message.error(errorText(error), 5);
        return false;
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
    [message],
  );
  return [run, busy];
}

/** As `useAction` where each click is a wish of its own: what was wanted meanwhile is done when the last is through. */
export function useActionsInTurn(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { message } = App.useApp();
  const last = useRef<Promise<unknown>>(Promise.resolve());
  return useCallback(
    (work: () => Promise<unknown>) => {
      const done = last.current.then(work).then(
        () => true,
        (error: unknown) => {
          message.error(errorText(error), 5);
          return false;
        },
      );
      last.current = done;
      return done;
    },
    [message],
  );
}

/** All accounts that the agent may know of, kept up to date by the socket. */
export function useAccounts(): UseQueryResult<Agent[]> {
  const { api } = useDesk();
  return useQuery({ queryKey: ['agents'], queryFn: api.agents });
}

/** The skill groups, kept up to date by the socket. */
export function useGroups(): UseQueryResult<SkillGroup[]> {
  const { api } = useDesk();
  return useQuery({ queryKey: ['groups'], queryFn: api.groups });
}

/** How chats come to agents; undefined while that is not known. */
export function useAssignmentMode(): RoutingRules['mode'] | undefined {
  const { api } = useDesk();
  return useQuery({ queryKey: ['routing'], queryFn: api.routing, retry: false }).data?.routing.mode;
}

const NO_GROUPS: readonly SkillGroup[] = [];

/** The ids of the groups that the agent is in. */
export function useOwnGroups(): ReadonlySet<number> {
  const { desk } = useDesk();
  const groups = useGroups().data ?? NO_GROUPS;
  const { agentId } = desk.options;
  return useMemo(() => groupsOf(groups, agentId), [groups, agentId]);
}

/** Those of them who may sign in. */
export function useAgents(): UseQueryResult<Agent[]> {
  const { api } = useDesk();
  return useQuery({ queryKey: ['agents'], queryFn: api.agents, select: enabledOnly });
}

function enabledOnly(agents: Agent[]): Agent[] {
  return agents.filter(({ enabled }) => enabled !== false);
}

/** Whether somebody looks at the page now. */
export function useAttention(): boolean {
  const [attentive, setAttentive] = useState(() => document.hasFocus() && !document.hidden);
  useEffect(() => {
    const update = (): void => setAttentive(document.hasFocus() && !document.hidden);
    window.addEventListener('focus', update);
    window.addEventListener('blur', update);
    document.addEventListener('visibilitychange', update);
    return () => {
      window.removeEventListener('focus', update);
      window.removeEventListener('blur', update);
      document.removeEventListener('visibilitychange', update);
    };
  }, []);
  return attentive;
}
