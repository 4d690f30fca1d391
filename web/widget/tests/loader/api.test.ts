import { expect, it, vi } from 'vitest';
import type { UWalletChat } from '@uwallet/chat';
import { runCall, runQueued } from '../../src/loader/api.ts';
import { Emitter } from '../../src/loader/events.ts';

function spiedApi(): UWalletChat {
  const names = ['open', 'close', 'toggle', 'isOpen', 'send', 'setUser', 'setContext', 'setSettings', 'on', 'reset'];
  const api = Object.fromEntries([...names, 'destroy', 'init'].map((name) => [name, vi.fn()]));
  const push = (...calls: unknown[]): void => calls.forEach((call) => runCall(api as unknown as UWalletChat, call));
  return { ...api, push } as unknown as UWalletChat;
}

it('runs what a page has queued, in order, and tells what it does not know', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const api = spiedApi();
  // The event of a click leads round in circles.
  const event: Record<string, unknown> = {};
  event.target = event;
  runQueued(api, [['setUser', 'alice', 'abc'], ['open', event], ['constructor'], 'open', null, ['push', ['close']]]);
  expect(api.setUser).toHaveBeenCalledWith('alice', 'abc');
  expect(api.open).toHaveBeenCalledExactlyOnceWith(event);
  expect(api.close).not.toHaveBeenCalled();
  expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
    'uwallet-chat: push: constructor',
    'uwallet-chat: push: open',
    'uwallet-chat: push: null',
    'uwallet-chat: push: push,close',
  ]);
});

it('takes anything for a queue', () => {
  for (const queued of [undefined, null, 5, 'x', {}]) expect(() => runQueued(spiedApi(), queued)).not.toThrow();
});

it('tells those who listen until they stop, and outlives their mistakes', () => {
  vi.useFakeTimers();
  const emitter = new Emitter();
  const heard: number[] = [];
  emitter.on('unread', () => {
    throw new Error('a mistake of the page');
  });
  const stop = emitter.on('unread', (count) => heard.push(count));
  emitter.emit('unread', 1);
  stop();
  emitter.emit('unread', 2);
  expect(heard).toEqual([1]);
  expect(() => vi.runAllTimers()).toThrow('a mistake of the page');
  vi.useRealTimers();
});
