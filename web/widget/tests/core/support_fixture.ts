/** What the gateway tells about human support, as it stands before anybody has asked for a human. */

export function wireSupport(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    owner: 'bot',
    ticket: null,
    position: null,
    wait_minutes: null,
    wait_minutes_least: null,
    agent: null,
    agent_read_id: 0,
    can_leave_message: false,
    available: true,
    opens_at: null,
    rating_wanted: null,
    ...changes,
  };
}

export const QUEUED = wireSupport({
  owner: 'queued',
  ticket: { number: 'T261123000012', status: 'queued' },
  position: 2,
  wait_minutes: 3,
});

export const SERVED = wireSupport({
  owner: 'agent',
  ticket: { number: 'T261123000012', status: 'active' },
  agent: { name: '小林' },
});

export const NOBODY_THERE = wireSupport({
  available: false,
  ticket: { number: 'T261123000012', status: 'message' },
  can_leave_message: true,
});

export const ENDED = wireSupport({
  owner: 'closed',
  ticket: { number: 'T261123000012', status: 'closed' },
  rating_wanted: 'T261123000012',
});
