import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notify, pageTitle, Sounds } from '../../src/core/alerts.ts';

const TITLES = { plain: 'desk', unread: '({count}) unread', waiting: '{count} wait' };

it('names what is unread in the title before who waits', () => {
  expect(pageTitle(2, 3, TITLES)).toBe('(2) unread');
  expect(pageTitle(0, 3, TITLES)).toBe('3 wait');
  expect(pageTitle(0, 0, TITLES)).toBe('desk');
});

describe('the browser’s notifications', () => {
  let shown: { title: string; options: NotificationOptions; onclick?: () => void; close: () => void }[];
  let focused: boolean;

  beforeEach(() => {
    shown = [];
    focused = false;
    class Notification {
      static permission = 'granted';
      onclick?: () => void;
      close = vi.fn();
      constructor(
        readonly title: string,
        readonly options: NotificationOptions,
      ) {
        shown.push(this);
      }
    }
    vi.stubGlobal('Notification', Notification);
    vi.spyOn(document, 'hasFocus').mockImplementation(() => focused);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('are shown while nobody looks, and lead to the conversation', () => {
    const open = vi.fn();
    notify('waiting', 'T1', 'waiting-1', open);
    expect(shown.map(({ title, options }) => [title, options])).toEqual([
      ['waiting', { body: 'T1', tag: 'waiting-1' }],
    ]);
    shown[0]?.onclick?.();
    expect(open).toHaveBeenCalledOnce();
    expect(shown[0]?.close).toHaveBeenCalledOnce();
  });

  it('are not shown to somebody who looks, nor without leave', () => {
    focused = true;
    notify('waiting', 'T1', 'waiting-1', () => undefined);
    focused = false;
    Object.assign(Notification, { permission: 'denied' });
    notify('waiting', 'T1', 'waiting-1', () => undefined);
    expect(shown).toEqual([]);
  });
});

describe('tones', () => {
  let started: number[];
  let contexts: { state: string; resume: () => Promise<void> }[];
  let now: number;

  beforeEach(() => {
    started = [];
    contexts = [];
    now = 0;
    const parameter = { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
    vi.useFakeTimers();
    class FakeContext {
      state = 'running';
      resume = (): Promise<void> => {
        this.state = 'running';
        return Promise.resolve();
      };
      suspend = (): Promise<void> => {
        this.state = 'suspended';
        return Promise.resolve();
      };
      constructor() {
        contexts.push(this);
      }
      currentTime = 0;
      destination = {};
      createGain = (): object => ({ gain: parameter, connect: () => undefined });
      createOscillator(): object {
        const frequency = { value: 0 };
        return {
          frequency,
          connect: () => undefined,
          start: () => started.push(frequency.value),
          stop: () => undefined,
        };
      }
    }
    vi.stubGlobal('AudioContext', FakeContext);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('leave nothing running between them', async () => {
    const sounds = new Sounds(() => now);
    sounds.unlock();
    expect(contexts[0]?.state).toBe('running');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(contexts[0]?.state).toBe('suspended');
    expect(sounds.isUnlocked).toBe(true);
    now = 5_000;
    sounds.play('urgent');
    await vi.advanceTimersByTimeAsync(100);
    expect(contexts[0]?.state).toBe('running');
    expect(started).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(contexts.map(({ state }) => state)).toEqual(['suspended']);
  });

  it('have to be allowed anew where the browser refuses later', async () => {
    const sounds = new Sounds(() => now);
    sounds.unlock();
    await vi.advanceTimersByTimeAsync(5_000);
    Object.assign(contexts[0] ?? {}, { resume: () => Promise.reject(new Error('not allowed')) });
    sounds.play('message');
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toEqual([]);
    expect(sounds.isUnlocked).toBe(false);
  });

  it('are heard only once somebody has clicked or typed', () => {
    const sounds = new Sounds(() => now);
    sounds.play('message');
    expect(started).toEqual([]);
    sounds.unlock();
    expect(sounds.isUnlocked).toBe(true);
    sounds.play('message');
    expect(started).toEqual([784]);
  });

  it('are one when they come together, but for an urgent one', () => {
    const sounds = new Sounds(() => now);
    sounds.unlock();
    sounds.play('message');
    now = 1_000;
    sounds.play('message');
    expect(started).toHaveLength(1);
    sounds.play('urgent');
    expect(started).toHaveLength(4);
    now = 3_000;
    sounds.play('waiting');
    expect(started).toHaveLength(6);
  });

  it('are missed by nobody who has no sound device', () => {
    vi.stubGlobal('AudioContext', function broken() {
      throw new Error('no device');
    });
    const sounds = new Sounds(() => now);
    sounds.unlock();
    sounds.play('urgent');
    expect(sounds.isUnlocked).toBe(false);
  });
});
