import { expect, it } from 'vitest';
import { wrapUpOf } from '../../src/core/wrap_up.ts';
import { t } from '../../src/i18n/strings.ts';
import { ticketWith } from '../scenario.ts';

const names = { topic: '交易申诉', collected: t.collected, alarms: t.alarms, list_separator: t.list_separator };
const event = (kind: string) => ({
  at: '2026-11-23T02:00:00.000Z',
  kind,
  actor: { kind: 'agent' as const, id: 1, name: '小林' },
  details: {},
});

it('tells the matter, the step, what was noted down and what happened', () => {
  const ticket = ticketWith({
    id: 1,
    step: { number: 2, count: 5, id: 'open', title: '打开“交易申诉”' },
    collected: { amount: '200', phone_number: '13800138000', nested: { not: 'told' } },
    alarms: [{ kind: 'complaint', text: '我要投诉' }],
    contact: '139****5678',
  });
  const text = wrapUpOf(ticket, [event('claimed'), event('transferred'), event('requeued')], t.wrap_up, names);
  expect(text).toBe(
    '交易申诉；做到第2步（打开“交易申诉”）；用户提到：要投诉；已记下：金额（元）：200；留了联系方式；转接过2次。',
  );
});

it('is short where little is known', () => {
  expect(wrapUpOf(ticketWith({ id: 1 }), [], t.wrap_up, names)).toBe('交易申诉。');
});
