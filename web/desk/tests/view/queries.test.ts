import { QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { adopt, makeQueryClient, renew } from '../../src/view/queries.ts';

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

it('shows the answer to a change, and not that to a question before it which comes later', async () => {
  const queries = makeQueryClient();
  let answer = (): void => undefined;
  const ask = (): Promise<string> => new Promise((resolve) => (answer = () => resolve('not begun')));
  const observer = new QueryObserver(queries, { queryKey: ['checks'], queryFn: ask });
  const stop = observer.subscribe(() => undefined);
  await adopt(queries, ['checks'], 'running');
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  expect(observer.getCurrentResult()).toMatchObject({ data: 'running', fetchStatus: 'idle' });
  await adopt<string>(queries, ['checks'], (shown) => `${shown}, half done`);
  expect(observer.getCurrentResult().data).toBe('running, half done');
  stop();
  queries.clear();
});

it('goes on asking how far something is that was begun while the page still asked', async () => {
  const queries = makeQueryClient();
  const answers: ((state: string) => void)[] = [];
  const observer = new QueryObserver(queries, {
    queryKey: ['checks'],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
    refetchInterval: ({ state }) => (state.data === 'running' ? 1 : false),
  });
  const stop = observer.subscribe(() => undefined);
  await adopt(queries, ['checks'], 'running');
  answers[0]?.('none');
  await vi.waitFor(() => expect(answers).toHaveLength(2), 60_000);
  answers[1]?.('done');
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe('done'), 60_000);
  stop();
  queries.clear();
});
