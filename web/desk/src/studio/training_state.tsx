/** How far the bot is with learning the examples of the draft; it serves users meanwhile. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Progress } from 'antd';
import { useEffect, useState, type JSX } from 'react';
import type { Training } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { useKnowledge } from './queries.ts';

const OFTEN = 1500;
const TYPES = { untrained: 'info', waiting: 'info', running: 'info', done: 'success', failed: 'error' } as const;

/** Shows nothing while there is nothing to learn. */
export function TrainingState(): JSX.Element | null {
  const { api } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const draft = useKnowledge().data?.draft ?? null;
  const key = ['knowledge_draft', 'training', draft?.number, draft?.revision];
  const found = useQuery({
    queryKey: key,
    queryFn: () => api.request<Training>('GET', '/knowledge/draft/training'),
    enabled: draft !== null,
    retry: false,
    refetchInterval: ({ state }) => (['waiting', 'running'].includes(state.data?.state ?? '') ? OFTEN : false),
  });
  const training = found.data;
  const isLearning = training !== undefined && training.state !== 'done';
  // Who has waited is told that it is over; a draft with nothing to learn says nothing.
  const [hasWaited, setHasWaited] = useState(false);
  useEffect(() => {
    if (isLearning) setHasWaited(true);
  }, [isLearning]);
  if (!training || !(isLearning || hasWaited)) return null;
  const start = (): void =>
    void run(async () => {
      await adopt(queries, key, await api.request<Training>('POST', '/knowledge/draft/training'));
    });
  const { state, progress, problems, seconds } = training;
  return (
    <Alert
      className="studio-training"
      type={TYPES[state]}
      showIcon
      role="status"
      title={fill(t.studio.learning[state], { seconds: Math.round(seconds) })}
      description={
        <>
          {(state === 'running' || state === 'waiting') && (
            <Progress size="small" percent={Math.round(progress * 100)} aria-label={t.studio.check_names.training} />
          )}
          {problems.map((problem) => (
            <div key={problem}>{problem}</div>
          ))}
        </>
      }
      action={
        (state === 'untrained' || state === 'failed') && (
          <Button size="small" loading={busy} onClick={start}>
            {state === 'failed' ? t.studio.learn_again : t.studio.learn}
          </Button>
        )
      }
    />
  );
}
