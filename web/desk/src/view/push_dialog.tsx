/** Notices on this device: what they are, whether they can be had here, and a button. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Modal, Spin } from 'antd';
import type { JSX } from 'react';
import type { PushState } from '../core/push.ts';
import { t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from './context.ts';
import { adopt } from './queries.ts';

const KEY = ['push'];
const KINDS: Record<PushState, 'success' | 'info' | 'warning'> = {
  on: 'success',
  off: 'info',
  denied: 'warning',
  unsupported: 'warning',
  no_key: 'warning',
};

export function PushDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { push } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const found = useQuery({ queryKey: KEY, queryFn: () => push.state(), staleTime: 0 });
  const turn = (work: () => Promise<PushState>): void => void run(async () => adopt(queries, KEY, await work()));
  const state = found.data;
  return (
    <Modal open title={t.push.title} footer={null} onCancel={onClose}>
      <p>{t.push.lead}</p>
      {found.isError && <Alert type="error" title={errorText(found.error)} />}
      {state === undefined && !found.isError && <Spin />}
      {state !== undefined && (
        <>
          <Alert showIcon type={KINDS[state]} title={t.push.states[state]} />
          <p>
            {state === 'off' && (
              <Button type="primary" loading={busy} onClick={() => turn(() => push.turnOn())}>
                {t.push.turn_on}
              </Button>
            )}
            {state === 'on' && (
              <Button
                loading={busy}
                onClick={() =>
                  turn(async () => {
                    await push.turnOff();
                    return push.state();
                  })
                }
              >
                {t.push.turn_off}
              </Button>
            )}
          </p>
        </>
      )}
    </Modal>
  );
}
