/** What is done to many tickets at once. */

import { fill } from '@uwallet/shared/fill.ts';
import { expect, it } from 'vitest';
import { actionsOf, inParts, MOST_AT_ONCE, reasonOf } from '../../src/core/bulk.ts';
import type { BulkRefusal } from '../../src/core/protocol.ts';

const TEXTS = { reasons: { active: '{name}正在接待', queued: '用户正在排队' }, other_ticket: '有别的工单' };

function refusal(code: string, details: Record<string, unknown>): BulkRefusal {
  return { ticket_id: 7, conversation_id: null, number: 'T7', code, message: '慢了一步', details };
}

it('offers agents what is theirs to do', () => {
  expect(actionsOf('agent', true)).not.toContain('assign');
  expect(actionsOf('supervisor', true)).toContain('assign');
  expect(actionsOf('admin', false)).not.toContain('group');
});

it('sends no more at once than the gateway takes', () => {
  const ids = Array.from({ length: MOST_AT_ONCE * 2 + 1 }, (_, index) => index);
  expect(inParts(ids).map((part) => part.length)).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, 1]);
  expect(inParts(ids).flat()).toEqual(ids);
});

it('says what is in the way', () => {
  const mine = { status: 'active', agent: { name: '小王' }, number: 'T7' };
  expect(reasonOf(refusal('conflict', mine), TEXTS, fill)).toBe('小王正在接待');
  const queued = { status: 'queued', agent: null, number: 'T7' };
  expect(reasonOf(refusal('conflict', queued), TEXTS, fill)).toBe('用户正在排队');
  expect(reasonOf(refusal('conflict', { ...queued, number: 'T9' }), TEXTS, fill)).toBe('有别的工单');
  expect(reasonOf(refusal('not_found', {}), TEXTS, fill)).toBe('慢了一步');
  expect(reasonOf(refusal('conflict', { ...queued, status: 'unheard of' }), TEXTS, fill)).toBe('慢了一步');
});
