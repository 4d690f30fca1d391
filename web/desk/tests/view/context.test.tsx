import { cleanup, renderHook } from '@testing-library/react';
import { App } from 'antd';
import { afterEach, expect, it } from 'vitest';
import { ApiError } from '../../src/core/api.ts';
import { useActionsInTurn } from '../../src/view/context.ts';

afterEach(cleanup);

it('does what is wanted faster than it is done one after the other, and leaves nothing out', async () => {
  const { result } = renderHook(useActionsInTurn, { wrapper: App });
  const done: string[] = [];
  let end = (): void => undefined;
  const first = result.current(async () => {
    await new Promise<void>((resolve) => (end = resolve));
    done.push('first');
  });
  const refused = result.current(() => Promise.reject(new ApiError(409, 'conflict', 'no')));
  const last = result.current(async () => Promise.resolve(done.push('last')));
  await Promise.resolve();
  expect(done).toEqual([]);
  end();
  expect(await Promise.all([first, refused, last])).toEqual([true, false, true]);
  expect(done).toEqual(['first', 'last']);
});
