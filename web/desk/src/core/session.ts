/** Who is signed in, in this browser. All tabs share the cookie, so each asks again when another one changes it. */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, DeskApi } from './api.ts';
import type { Agent, Session } from './protocol.ts';
import type { DeskStorage } from './storage.ts';

export interface SessionState {
  phase: 'loading' | 'signed_out' | 'signed_in' | 'unreachable';
  session: Session | null;
  /** Why nobody is signed in: nobody was, somebody chose to leave, or the gateway ended it. */
  reason: 'new' | 'left' | 'ended';
}

export interface SessionOptions {
  fetch: typeof fetch;
  /** Of the computer: tells other tabs that the session is another one. */
  storage: DeskStorage;
  onServerTime: (time: number) => void;
}

export class SessionKeeper {
  readonly state: StoreApi<SessionState>;
  readonly api: DeskApi;

  constructor(private readonly options: SessionOptions) {
    this.state = createStore<SessionState>(() => ({ phase: 'loading', session: null, reason: 'new' }));
    this.api = new DeskApi({
      fetch: options.fetch,
      csrf: () => this.state.getState().session?.csrf ?? null,
      renew: () => this.renew(),
      onSignedOut: () => void this.check(),
      onServerTime: options.onServerTime,
    });
  }

  /** Asks the gateway who is signed in. */
  async check(): Promise<void> {
    try {
      this.adopt(await this.api.session());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { phase } = this.state.getState();
      if (error.isTemporary) {
        // Who works at the desk is not thrown out because the network is away.
        if (phase !== 'signed_in') this.state.setState({ phase: 'unreachable' });
      } else
        this.state.setState({ phase: 'signed_out', session: null, reason: phase === 'signed_in' ? 'ended' : 'new' });
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    this.adopt(await this.api.signIn(username, password));
    this.tellOtherTabs();
  }

  async signOut(): Promise<void> {
    await this.api.signOut();
    this.state.setState({ phase: 'signed_out', session: null, reason: 'left' });
    this.tellOtherTabs();
  }

  /** Takes note of what has changed about the agent who is signed in. */
  changeAgent(changes: Partial<Agent>): void {
    const { session } = this.state.getState();
    if (session) this.state.setState({ session: { ...session, agent: { ...session.agent, ...changes } } });
  }

  /** Takes note of what another tab has stored. */
  onStorageChanged(key: string | null): void {
    if (key === this.options.storage.key('session')) void this.check();
  }

  private adopt(session: Session): void {
    this.state.setState({ phase: 'signed_in', session, reason: 'new' });
  }

  private async renew(): Promise<boolean> {
    const before = this.state.getState().session?.agent.id;
    await this.check();
    const { phase, session } = this.state.getState();
    return phase === 'signed_in' && session?.agent.id === before;
  }

  private tellOtherTabs(): void {
    this.options.storage.write('session', String(Math.random()));
  }
}
