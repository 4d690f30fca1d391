import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PATIENCE, Watch } from '../../src/core/watch.ts';
import { FakeSockets, type FakeSocket } from './fake_socket.ts';

const HANDLERS = { onConnect: vi.fn(), onDisconnect: vi.fn(), onRefused: vi.fn(), onEvent: vi.fn() };

let socket: FakeSocket;
let line: FakeSocket | null;
let isOwed: boolean;
let watch: Watch;

beforeEach(() => {
  vi.useFakeTimers();
  const sockets = new FakeSockets();
  sockets.connect(HANDLERS);
  line = socket = sockets.current;
  isOwed = true;
  watch = new Watch({ line: () => line, isOwed: () => isOwed });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** Answers the newest question, or lets it be without one. */
async function answered(is: boolean): Promise<void> {
  if (is) socket.last.acknowledge([]);
  else socket.last.lose();
  await pass(0);
}

describe('a gateway that owes something', () => {
  it('is asked after a while of silence, and left where it does not answer', async () => {
    watch.begin();
    await pass(PATIENCE - 1);
    expect(socket.requests).toEqual([]);
    await pass(1);
    // Tells nobody that the user writes, or does not.
    expect(socket.last).toMatchObject({ name: 'typing', data: {} });
    expect(socket.reconnects).toBe(0);
    await answered(false);
    expect(socket.reconnects).toBe(1);
  });

  it('is not left while it says that it is there, and asked less and less often', async () => {
    watch.begin();
    const asked: number[] = [];
    for (let second = 1; second <= 62; second += 1) {
      await pass(1000);
      if (socket.requests.length > asked.length) {
        asked.push(second);
        await answered(true);
      }
    }
    expect(asked).toEqual([2, 6, 14, 30, 62]);
    expect(socket.reconnects).toBe(0);
  });

  it('is waited for anew when it has said something, but not when something more is asked for', async () => {
    watch.begin();
    await pass(PATIENCE - 500);
    watch.begin();
    await pass(500);
    expect(socket.requests).toHaveLength(1);
    watch.heard();
    // What it says now is of no interest.
    await answered(false);
    expect(socket.reconnects).toBe(0);
    await pass(2 * PATIENCE);
    expect(socket.requests).toHaveLength(2);
  });

  it('is asked soon again once it had owed nothing', async () => {
    watch.begin();
    await pass(PATIENCE);
    await answered(true);
    isOwed = false;
    watch.heard();
    isOwed = true;
    watch.begin();
    await pass(PATIENCE);
    expect(socket.requests).toHaveLength(2);
  });
});

describe('a gateway that is left alone', () => {
  it.each([
    ['owes nothing', (): void => void (isOwed = false)],
    ['is not connected', (): void => void (line = null)],
    ['is given up', (): void => watch.stop()],
  ])('as it %s', async (_, change) => {
    watch.begin();
    change();
    await pass(10 * PATIENCE);
    expect(socket.requests).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('as another one is asked by now', async () => {
    watch.begin();
    await pass(PATIENCE);
    line = null;
    await answered(false);
    expect(socket.reconnects).toBe(0);
  });
});
