import { expect, test } from 'vitest';
import { SessionKeeper } from '../../src/core/session.ts';
import { DeskStorage } from '../../src/core/storage.ts';

const SESSION = { agent: { id: 1, name: '小林' }, csrf: 'c', method: 'oidc', second_factor: null, settings: {} };
const PENDING = { step: 'code', expires_at: '2026-11-28T08:00:00.000Z' };

/** A keeper before a gateway that answers what it is told to, by method and path. */
function keeperOf(answers: Record<string, [number, unknown]>): { keeper: SessionKeeper; left: string[] } {
  const left: string[] = [];
  const keeper = new SessionKeeper({
    fetch: (address, init) => {
      const [status, body] = answers[`${init?.method} ${(address as string).replace('/desk/api', '')}`] ?? [404, {}];
      return Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status }));
    },
    storage: new DeskStorage(null),
    onServerTime: () => undefined,
    leaveFor: (address) => left.push(address),
  });
  return { keeper, left };
}

test('a right password leads to the second step, and a code to the desk', async () => {
  const { keeper } = keeperOf({ 'POST /session': [202, PENDING], 'POST /session/code': [200, SESSION] });
  await keeper.signIn('lin', 'right');
  expect(keeper.state.getState()).toMatchObject({ phase: 'second_step', step: 'code', session: null });
  await keeper.sendCode('123456');
  expect(keeper.state.getState()).toMatchObject({ phase: 'signed_in', step: null });
});

test('who comes back in the middle finds the second step, or the reason why it is over', async () => {
  const answers: Record<string, [number, unknown]> = {
    'GET /session': [401, { code: 'signed_out' }],
    'GET /sign_in': [200, { provider: { name: '企业账号' }, pending: PENDING }],
    'POST /session/code': [401, { code: 'signed_out' }],
  };
  const { keeper } = keeperOf(answers);
  await keeper.check();
  expect(keeper.state.getState()).toMatchObject({ phase: 'second_step', step: 'code', provider: { name: '企业账号' } });
  answers['GET /sign_in'] = [200, { provider: null, pending: null }];
  await keeper.check();
  expect(keeper.state.getState()).toMatchObject({ phase: 'signed_out', reason: 'late', step: null, provider: null });
});

test('who came by the provider leaves there, too', async () => {
  const { keeper, left } = keeperOf({ 'GET /session': [200, SESSION], 'DELETE /session': [204, null] });
  await keeper.check();
  await keeper.signOut();
  expect(keeper.state.getState()).toMatchObject({ phase: 'signed_out', reason: 'left' });
  expect(left).toEqual(['/desk/api/oidc/sign_out']);
});
