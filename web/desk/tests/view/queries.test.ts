import { QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { makeQueryClient, renew } from '../../src/view/queries.ts';

it('does not take an answer that was under way before the news for the new state', async () => {
  const queries = makeQueryClient();
  let state = 'old';
  const answers: (() => void)[] = [];
  const ask = (): Promise<string> => {
    const answer = state;
    return new Promise((resolve) => answers.push(() => resolve(answer)));
  };
  const observer = new QueryObserver(queries, { queryKey: ['agents'], queryFn: ask });
  const stop = observer.subscribe(() => undefined);
  expect(answers).toHaveLength(1);
  state = 'new';
  const renewed = renew(queries, ['agents']);
  answers[0]?.();
  while (answers.length < 2) await Promise.resolve();
  answers[1]?.();
  await renewed;
  expect(observer.getCurrentResult().data).toBe('new');
  stop();
  queries.clear();
});
