/** Notices on this device by Web Push: whether they can be had, and having them. */

import type { DeskApi } from './api.ts';

/** `unsupported`: by this browser; `no_key`: by the gateway; `denied`: somebody has blocked notices of this site. */
export type PushState = 'unsupported' | 'no_key' | 'denied' | 'off' | 'on';

/** What the browser has to have; `null` where it has not. */
export interface PushBrowser {
  permission: () => NotificationPermission;
  ask: () => Promise<NotificationPermission>;
  /** The subscription of this browser, if there is one. */
  current: () => Promise<PushSubscription | null>;
  subscribe: (key: string) => Promise<PushSubscription>;
}

/** Where it is kept whether the agent wants notices on this device. */
export interface PushChoice {
  read: () => boolean;
  write: (wanted: boolean) => void;
}

export function pushBrowser(): PushBrowser | null {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return null;
  const manager = async (): Promise<PushManager> =>
    (await navigator.serviceWorker.register('/desk/push.js')).pushManager;
  return {
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    current: async () =>
      (await navigator.serviceWorker.getRegistration('/desk/'))?.pushManager.getSubscription() ?? null,
    subscribe: async (key) => {
      const options = { userVisibleOnly: true, applicationServerKey: key };
      const found = await manager();
      // A worker that is just being installed takes no subscription yet.
      await waitForWorker();
      return found.subscribe(options);
    },
  };
}

async function waitForWorker(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/desk/');
  const worker = registration?.installing ?? registration?.waiting;
  if (!worker || worker.state === 'activated') return;
  await new Promise<void>((resolve) => {
    worker.addEventListener('statechange', () => worker.state === 'activated' && resolve());
  });
}

export class DevicePush {
  constructor(
    private readonly api: Pick<DeskApi, 'push' | 'subscribePush' | 'unsubscribePush'>,
    private readonly browser: PushBrowser | null,
    private readonly choice: PushChoice,
  ) {}

  async state(): Promise<PushState> {
    if (this.browser === null) return 'unsupported';
    if ((await this.api.push()).public_key === null) return 'no_key';
    if (this.browser.permission() === 'denied') return 'denied';
    const isOn = this.choice.read() && this.browser.permission() === 'granted';
    return isOn && (await this.browser.current()) !== null ? 'on' : 'off';
  }

  /** Asks the browser's user, at their click, and subscribes; returns what came of it. */
  async turnOn(): Promise<PushState> {
    if (this.browser === null) return 'unsupported';
    // Before anything is waited for: browsers ask only while somebody clicks.
    const permission = await this.browser.ask();
    if (permission === 'denied') return 'denied';
    if (permission !== 'granted') return 'off';
    return this.subscribe(this.browser);
  }

  async turnOff(): Promise<void> {
    this.choice.write(false);
    await this.api.unsubscribePush();
    await (await this.browser?.current())?.unsubscribe();
  }

  /** Subscribes again for this session what the agent has wanted on this device before. */
  async renew(): Promise<void> {
    if (this.browser === null || !this.choice.read() || this.browser.permission() !== 'granted') return;
    await this.subscribe(this.browser);
  }

  private async subscribe(browser: PushBrowser): Promise<PushState> {
    const { public_key: key } = await this.api.push();
    if (key === null) return 'no_key';
    // One that was made for another key is refused by the browser.
    const subscription = await browser.subscribe(key).catch(async (error: unknown) => {
      const before = await browser.current();
      if (before === null) throw error;
      await before.unsubscribe();
      return browser.subscribe(key);
    });
    const { endpoint, keys } = subscription.toJSON();
    await this.api.subscribePush({
      endpoint: endpoint ?? '',
      keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' },
    });
    this.choice.write(true);
    return 'on';
  }
}
