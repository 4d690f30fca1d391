import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeskApi } from '../../src/core/api.ts';
import type { SocketHandlers } from '../../src/core/connection.ts';
import { Desk, type DeskAlert } from '../../src/core/desk.ts';
import type { Ticket, TicketEvent } from '../../src/core/protocol.ts';
import { ticketWith } from '../scenario.ts';
import { memoryStorage, UNREACHABLE } from './fakes.ts';

const ME = 1;
const OTHER = 2;

let alerts: DeskAlert[];
let events: TicketEvent[];
let server: SocketHandlers;
let desk: Desk;
let askHistory: () => Promise<void>;

function event(kind: string, id: number | null, actor: TicketEvent['actor']['kind'] = 'agent'): TicketEvent {
  return { at: '2026-11-23T06:00:00Z', kind, actor: { kind: actor, id, name: null }, details: {} };
}

const waiting = (): Ticket => ticketWith({ id: 7, status: 'queued', version: 1 });
const mine = (): Ticket => ticketWith({ id: 7, status: 'active', version: 2, agent: { id: ME, name: '小林' } });

async function assigned(): Promise<number[]> {
  await vi.advanceTimersByTimeAsync(10);
  return alerts.filter(({ kind }) => kind === 'assigned').map((alert) => alert.ticket.id);
}

beforeEach(async () => {
  vi.useFakeTimers();
  alerts = [];
  events = [];
  askHistory = () => Promise.resolve();
  const api = new DeskApi({
    fetch: () => Promise.reject(UNREACHABLE),
    csrf: () => null,
    renew: () => Promise.resolve(false),
    onSignedOut: () => undefined,
    onServerTime: () => undefined,
  });
  const counts = { waiting: 1, urgent: 0, mine: 0, messages: 0, requests: 0, online: 1 };
  api.queue = () => Promise.resolve({ waiting: [waiting()], mine: [], messages: [], follow_ups: [], counts });
  api.ticket = async () => {
    await askHistory();
    return { ...mine(), events, earlier: [], progress: null, intent: null };
  };
  desk = new Desk({
    agentId: ME,
    api,
    connect: (handlers) => {
      server = handlers;
      const answer = (): Promise<unknown> => Promise.resolve({ ok: true, messages: [], has_more: false });
      return { emit: () => undefined, request: answer, reconnect: () => undefined, close: () => undefined };
    },
    storage: memoryStorage(),
    now: Date.now,
    onNews: () => undefined,
    onAlert: (alert) => alerts.push(alert),
    onSignedOut: () => undefined,
  });
  desk.start();
  server.onConnect();
  await vi.advanceTimersByTimeAsync(10);
});

afterEach(() => {
  desk.stop();
  vi.useRealTimers();
});

describe('a conversation that has become the agent’s', () => {
  it.each([
    ['the gateway assigned it', event('assigned', null, 'system')],
    ['a supervisor assigned it', event('assigned', OTHER)],
    ['a colleague transferred it', event('transferred', OTHER)],
  ])('is told of when %s', async (_, last) => {
    events = [event('claimed', OTHER), last, event('note', ME)];
    server.onEvent('ticket_changed', mine());
    expect(await assigned()).toEqual([7]);
  });

  it.each([
    ['claimed', event('claimed', ME)],
    ['assigned to themselves', event('assigned', ME)],
    ['took from a colleague', event('transferred', ME)],
  ])('is not told of when the agent %s it, here or in another window', async (_, last) => {
    events = [event('claimed', OTHER), last, event('note', OTHER)];
    server.onEvent('ticket_changed', mine());
    expect(await assigned()).toEqual([]);
  });

  it('is not told of when the answer to the claim comes first', async () => {
    events = [event('claimed', ME)];
    desk.adopt(mine());
    server.onEvent('ticket_changed', mine());
    expect(await assigned()).toEqual([]);
  });

  it('is told of when its history cannot be read', async () => {
    askHistory = () => Promise.reject(UNREACHABLE);
    server.onEvent('ticket_changed', mine());
    expect(await assigned()).toEqual([7]);
  });

  it('is not told of when it has gone again meanwhile', async () => {
    askHistory = () => Promise.resolve(server.onEvent('ticket_changed', { ...waiting(), version: 3 }));
    events = [event('assigned', null, 'system')];
    server.onEvent('ticket_changed', mine());
    expect(await assigned()).toEqual([]);
  });
});

describe('a conversation that a colleague has now', () => {
  const theirs = (): Ticket => ticketWith({ id: 7, status: 'active', version: 3, agent: { id: OTHER, name: '小王' } });

  async function takenAway(): Promise<string[]> {
    await vi.advanceTimersByTimeAsync(10);
    return alerts.filter(({ kind }) => kind === 'taken_away').map((alert) => alert.ticket.agent?.name ?? '');
  }

  beforeEach(() => desk.adopt(mine()));

  it('is told of when a supervisor gave it away', async () => {
    events = [event('claimed', ME), event('transferred', OTHER)];
    server.onEvent('ticket_changed', theirs());
    expect(await takenAway()).toEqual(['小王']);
  });

  it('is not told of when the agent has passed it on', async () => {
    events = [event('claimed', ME), event('transferred', ME)];
    server.onEvent('ticket_changed', theirs());
    expect(await takenAway()).toEqual([]);
  });
});

it('tells once that the time of a follow-up has come, to whoever is to come back to it', async () => {
  const at = new Date(Date.now() - 1_000).toISOString();
  const pending = (id: number, version: number, due_at = at): Ticket =>
    ticketWith({ id: 7, status: 'pending', version, due_at, agent: { id, name: '小林' } });
  server.onEvent('ticket_changed', pending(OTHER, 2));
  server.onEvent('ticket_changed', pending(ME, 3));
  server.onEvent('ticket_changed', pending(ME, 4));
  server.onEvent('ticket_changed', pending(ME, 5, new Date(Date.now() + 60_000).toISOString()));
  await vi.advanceTimersByTimeAsync(10);
  expect(alerts.filter(({ kind }) => kind === 'due')).toHaveLength(1);
});

it('asks for nothing more once the agent has signed out', async () => {
  const queue = await desk.options.api.queue();
  let answer = (): void => undefined;
  desk.options.api.queue = () => new Promise((resolve) => (answer = () => resolve({ ...queue, mine: [mine()] })));
  const asked = vi.fn(() => Promise.reject(UNREACHABLE));
  desk.options.api.messages = asked;
  const refreshed = desk.refresh();
  // Told of while it was under way: it would be read once more.
  void desk.refresh();
  desk.stop();
  answer();
  await refreshed;
  desk.options.api.queue = asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).not.toHaveBeenCalled();
});
