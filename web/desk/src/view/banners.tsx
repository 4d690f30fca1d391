/** What the agent must know at once: the connection is gone, or nobody reaches them. */

import { Alert, Button } from 'antd';
import { useEffect, useState, type JSX } from 'react';
import { useStore } from 'zustand';
import { t } from '../i18n/strings.ts';
import { useDesk, useDeskState } from './context.ts';
import { usePresence } from './presence.ts';

/** A blink of the network is not worth a banner. Milliseconds. */
const OFFLINE_PATIENCE = 1_500;

export function Banners(): JSX.Element {
  const { desk, sounds, preferences } = useDesk();
  const offline = useDeskState(({ connection }) => connection === 'offline');
  const [told, setTold] = useState(false);
  const [presence, setPresence] = usePresence();
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
          title={t.banner.offline}
          action={
            <Button size="small" onClick={() => desk.reconnect()}>
              {t.banner.reconnect}
            </Button>
          }
        />
      )}
      {!told && presence === 'away' && (
        <Alert
          banner
          type="warning"
          title={t.banner.away}
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
