/** What the agent must know at once: the connection is gone, or nobody reaches them. */

import { Alert, Button } from 'antd';
import { describeOpening } from '@uwallet/shared/time.ts';
import { useEffect, useState, type JSX } from 'react';
import { useStore } from 'zustand';
import { fill, t } from '../i18n/strings.ts';
import { useAgents, useAssignmentMode, useDesk, useDeskState, useNow } from './context.ts';
import { usePresence } from './presence.ts';

/** A blink of the network is not worth a banner. Milliseconds. */
const OFFLINE_PATIENCE = 1_500;

export function Banners(): JSX.Element {
  const { desk, sounds, preferences } = useDesk();
  const offline = useDeskState(({ connection }) => connection === 'offline');
  const [told, setTold] = useState(false);
  const [presence, setPresence] = usePresence();
  const mode = useAssignmentMode();
  const now = useNow(60_000);
  const me = useAgents().data?.find(({ id }) => id === desk.options.agentId);
  const offUntil = me?.on_leave_until ?? null;
  const { sound } = useStore(preferences.state);
  const [silent, setSilent] = useState(true);

  useEffect(() => {
    if (!offline) return setTold(false);
    const timer = setTimeout(() => setTold(true), OFFLINE_PATIENCE);
    return () => clearTimeout(timer);
  }, [offline]);

  // Until the first click or key the browser plays nothing.
  useEffect(() => {
    const update = (): void => void setTimeout(() => setSilent(!sounds.isUnlocked), 200);
    window.addEventListener('pointerdown', update);
    window.addEventListener('keydown', update);
    return () => {
      window.removeEventListener('pointerdown', update);
      window.removeEventListener('keydown', update);
    };
  }, [sounds]);

  return (
    <div className="banners" role="status">
      {told && (
        <Alert
          banner
          type="error"
          title={navigator.onLine ? t.banner.unreachable : t.banner.offline}
          action={
            <Button size="small" onClick={() => desk.reconnect()}>
              {t.banner.reconnect}
            </Button>
          }
        />
      )}
      {!told && offUntil !== null && (
        <Alert
          banner
          type="warning"
          title={fill(t.banner.on_leave, { time: describeOpening(new Date(offUntil), new Date(now), t.due_times) })}
        />
      )}
      {!told && offUntil === null && presence === 'away' && (
        <Alert
          banner
          type="warning"
          title={mode === 'manual' ? t.banner.away : t.banner.away_given}
          action={
            <Button size="small" type="primary" onClick={() => void setPresence('online')}>
              {t.banner.go_online}
            </Button>
          }
        />
      )}
      {!told && presence !== 'away' && sound && silent && <Alert banner closable type="info" title={t.banner.silent} />}
    </div>
  );
}
