import { expect, it, vi } from 'vitest';
import { runCall, runQueued, type UWalletChat } from '../../src/loader/api.ts';
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
  runQueued(api, [['setUser', 'alice', 'abc'], ['open'], ['constructor'], 'open', null, ['push', ['close']]]);
  expect(api.setUser).toHaveBeenCalledWith('alice', 'abc');
  expect(api.open).toHaveBeenCalledTimes(1);
  expect(api.close).not.toHaveBeenCalled();
  expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
    'uwallet-chat: push(["constructor"])',
    'uwallet-chat: push("open")',
    'uwallet-chat: push(null)',
    'uwallet-chat: push(["push",["close"]])',
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
