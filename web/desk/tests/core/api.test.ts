import { expect, test, vi } from 'vitest';
import { DeskApi } from '../../src/core/api.ts';

function apiThatAnswers(response: Response): DeskApi {
  return new DeskApi({
    fetch: vi.fn(() => Promise.resolve(response)),
    csrf: () => 'proof',
    renew: () => Promise.resolve(false),
    onSignedOut: () => undefined,
    onServerTime: () => undefined,
  });
}

test("a person's data comes as a file", async () => {
  const file = new Response(new Uint8Array([80, 75, 3, 4]), { headers: { 'Content-Type': 'application/zip' } });
  const data = await apiThatAnswers(file).exportPerson({ site: 'shop', user_id: 'lin' });
  expect(new Uint8Array(await data.arrayBuffer())).toEqual(new Uint8Array([80, 75, 3, 4]));
});

test('a refusal of it is told as any other', async () => {
  const body = JSON.stringify({ code: 'not_found', message: '没有' });
  const refused = new Response(body, { status: 404, headers: { 'Content-Type': 'application/json' } });
  await expect(apiThatAnswers(refused).exportPerson({ site: 'shop', user_id: 'lin' })).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
  });
});
