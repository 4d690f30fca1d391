import { expect, test, vi } from 'vitest';
import { ApiError, DeskApi } from '../../src/core/api.ts';
import { t } from '../../src/i18n/strings.ts';
import { errorText } from '../../src/view/context.ts';
import { atField, ToldError } from '../../src/view/field_errors.ts';

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

test('a server that fails is not taken for a broken network', async () => {
  const troubleOf = async (status: number): Promise<string> => {
    const error: unknown = await apiThatAnswers(new Response('Internal Server Error', { status }))
      .queue()
      .catch((reason: unknown) => reason);
    return errorText(error);
  };
  expect(await troubleOf(500)).toBe(t.errors.server);
  expect(await troubleOf(502)).toBe(t.errors.server);
  expect(await troubleOf(429)).toBe(t.errors.busy);
  expect(await troubleOf(418)).toBe(t.errors.request);
  expect(errorText(new ApiError(0, 'unreachable', ''))).toBe(t.errors.network);
});

test('what stands at a field is told there and nowhere else', () => {
  const form = { setFields: vi.fn() };
  const refused = atField(form, { user_unknown: 'user_id' });
  expect(() => refused(new ApiError(404, 'user_unknown', '没有这个用户'))).toThrow(ToldError);
  expect(form.setFields).toHaveBeenCalledWith([{ name: 'user_id', errors: ['没有这个用户'] }]);
  expect(() => refused(new ApiError(500, 'unavailable', ''))).toThrow(ApiError);
});
