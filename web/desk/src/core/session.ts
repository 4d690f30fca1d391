/** Who is signed in, in this browser. All tabs share the cookie, so each asks again when another one changes it. */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, DeskApi, type Trouble } from './api.ts';
import type { Agent, SecondStep, Session, SignInOptions } from './protocol.ts';
import type { DeskStorage } from './storage.ts';

export interface SessionState {
  phase: 'loading' | 'signed_out' | 'second_step' | 'signed_in' | 'unreachable';
  /** Of `unreachable`: why. */
  trouble: Trouble;
  session: Session | null;
  /** Why nobody is signed in: nobody was, somebody chose to leave, the gateway ended it, or they took too long. */
  reason: 'new' | 'left' | 'ended' | 'late';
  /** What is left to be done in the phase `second_step`. */
  step: SecondStep['step'] | null;
  /** The identity provider by which agents may sign in, too. */
  provider: SignInOptions['provider'];
}

/** Where the browser goes to sign in by the identity provider, and to end that provider's session. */
export const PROVIDER_SIGN_IN = '/desk/api/oidc/start';
const PROVIDER_SIGN_OUT = '/desk/api/oidc/sign_out';

const NOBODY = { session: null, step: null };

export interface SessionOptions {
  fetch: typeof fetch;
  /** Of the computer: tells other tabs that the session is another one. */
  storage: DeskStorage;
  onServerTime: (time: number) => void;
  /** Opens another page. */
  leaveFor: (address: string) => void;
}

export class SessionKeeper {
  readonly state: StoreApi<SessionState>;
  readonly api: DeskApi;

  constructor(private readonly options: SessionOptions) {
    this.state = createStore<SessionState>(() => ({
      phase: 'loading',
      trouble: 'network',
      reason: 'new',
      provider: null,
      ...NOBODY,
    }));
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
        if (phase !== 'signed_in') this.state.setState({ phase: 'unreachable', trouble: error.trouble });
      } else await this.askForStep(phase === 'signed_in' ? 'ended' : phase === 'second_step' ? 'late' : 'new');
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    const answer = await this.api.signIn(username, password);
    if ('step' in answer) this.state.setState({ phase: 'second_step', step: answer.step, session: null });
    else this.enter(answer);
  }

  async sendCode(code: string): Promise<void> {
    this.enter(await this.api.sendCode(code));
  }

  /** Opens the desk of an agent whose sign-in is complete. */
  enter(session: Session): void {
    this.adopt(session);
    this.tellOtherTabs();
  }

  /** Goes back to the first step, for somebody else. */
  startOver(): void {
    this.state.setState({ phase: 'signed_out', reason: 'left', ...NOBODY });
  }

  async signOut(): Promise<void> {
    const method = this.state.getState().session?.method;
    await this.api.signOut();
    this.startOver();
    this.tellOtherTabs();
    if (method === 'oidc') this.options.leaveFor(PROVIDER_SIGN_OUT);
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
    this.state.setState({ phase: 'signed_in', session, reason: 'new', step: null });
  }

  /** Nobody is signed in: asks what is left to be done in this browser. */
  private async askForStep(reason: SessionState['reason']): Promise<void> {
    const options: SignInOptions | null = await this.api.signInOptions().catch(() => null);
    if (options) this.state.setState({ provider: options.provider });
    if (options?.pending) this.state.setState({ phase: 'second_step', session: null, step: options.pending.step });
    else this.state.setState({ phase: 'signed_out', reason, ...NOBODY });
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
