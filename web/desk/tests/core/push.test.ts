/** Notices on this device. */

import { beforeEach, expect, it } from 'vitest';
import { DevicePush, type PushBrowser } from '../../src/core/push.ts';
import type { PushRequest } from '../../src/core/protocol.ts';

let told: (PushRequest | 'off')[];
let key: string | null;
let permission: NotificationPermission;
let answer: NotificationPermission;
let subscribedFor: string | null;
let wanted: boolean;

const api = {
  push: () => Promise.resolve({ public_key: key, devices: 0 }),
  subscribePush: (body: PushRequest) => Promise.resolve(void told.push(body)),
  unsubscribePush: () => Promise.resolve(void told.push('off')),
};

function subscription(of: string): PushSubscription {
  return {
    toJSON: () => ({ endpoint: `https://push.example.com/${of}`, keys: { p256dh: 'p', auth: 'a' } }),
    unsubscribe: () => {
      subscribedFor = null;
      return Promise.resolve(true);
    },
  } as unknown as PushSubscription;
}

const browser: PushBrowser = {
  permission: () => permission,
  ask: () => Promise.resolve((permission = answer)),
  current: () => Promise.resolve(subscribedFor === null ? null : subscription(subscribedFor)),
  subscribe: (of) => {
    if (subscribedFor !== null && subscribedFor !== of) return Promise.reject(new Error('another key'));
    subscribedFor = of;
    return Promise.resolve(subscription(of));
  },
};
const choice = { read: () => wanted, write: (value: boolean) => void (wanted = value) };
const make = (of: PushBrowser | null = browser): DevicePush => new DevicePush(api, of, choice);

beforeEach(() => {
  told = [];
  key = 'key';
  permission = 'default';
  answer = 'granted';
  subscribedFor = null;
  wanted = false;
});

it('is turned on at a click, and off again', async () => {
  const push = make();
  expect(await push.state()).toBe('off');
  expect(await push.turnOn()).toBe('on');
  expect(told).toEqual([{ endpoint: 'https://push.example.com/key', keys: { p256dh: 'p', auth: 'a' } }]);
  expect(await push.state()).toBe('on');
  await push.turnOff();
  expect([told.at(-1), await push.state(), subscribedFor]).toEqual(['off', 'off', null]);
});

it('says why it cannot be had', async () => {
  expect(await make(null).state()).toBe('unsupported');
  expect(await make(null).turnOn()).toBe('unsupported');
  key = null;
  expect(await make().state()).toBe('no_key');
  expect(await make().turnOn()).toBe('no_key');
  key = 'key';
  answer = 'denied';
  expect(await make().turnOn()).toBe('denied');
  expect(await make().state()).toBe('denied');
  expect(told).toEqual([]);
});

it('is renewed for the agent who wanted it, also for a new key', async () => {
  await make().turnOn();
  told = [];
  key = 'new key';
  await make().renew();
  expect(told).toHaveLength(1);
  expect(subscribedFor).toBe('new key');
  // A colleague at the same computer has not asked for any.
  wanted = false;
  await make().renew();
  expect(told).toHaveLength(1);
});
