import { describe, expect, it } from 'vitest';
import { awaitsHuman, readSupport, supportPayload } from '../../src/core/support.ts';
import { QUEUED, SERVED, wireSupport } from './support_fixture.ts';

describe('what the gateway tells about human support', () => {
  it('is read', () =>
    expect(readSupport(QUEUED)).toEqual({
      owner: 'queued',
      ticket: { number: 'T261123000012', status: 'queued' },
      position: 2,
      wait_minutes: 3,
      wait_minutes_least: null,
      agent: null,
      agent_read_id: 0,
      can_leave_message: false,
      available: true,
      opens_at: null,
      rating_wanted: null,
    }));

  it('names the agent', () => expect(readSupport(SERVED)).toMatchObject({ owner: 'agent', agent: '小林' }));

  it.each([undefined, null, 'queued', [], {}, { owner: 'somebody' }])('is nothing without an owner: %j', (value) =>
    expect(readSupport(value)).toBeNull(),
  );

  it('takes nothing for what it is not', () =>
    expect(
      readSupport({ owner: 'bot', ticket: {}, position: '2', agent: { name: 3 }, can_leave_message: 'yes' }),
    ).toMatchObject({ ticket: null, position: null, agent: null, agent_read_id: 0, can_leave_message: false }));

  it.each([
    ['bot', false],
    ['queued', true],
    ['agent', true],
    ['closed', false],
  ])('tells whether a human is there or on the way: %s', (owner, expected) =>
    expect(awaitsHuman(readSupport(wireSupport({ owner })))).toBe(expected),
  );
});

it.each([
  ['/support_leave_queue', '/support_leave_queue'],
  ['/support_rate{"ticket": "T1", "rating": 5}', '/support_rate'],
  ['/support_leave_queue_now', null],
  ['/thank{"rating":"5"}', null],
])('knows the buttons of the gateway: %s', (payload, name) => expect(supportPayload(payload)).toBe(name));
