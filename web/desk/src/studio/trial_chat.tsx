/** A conversation with the draft: played anew from its beginning each time, so that it is always the draft as it is. */

import { isComposing } from '@uwallet/shared/composing.ts';
import { Alert, Button, Input, Space, Tag } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { Trial } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { TrainingState } from './training_state.tsx';

interface Said {
  kind: 'text' | 'payload';
  text: string;
  /** What stands on the button. */
  shown: string;
}

/** The gateway takes no longer conversation. */
const MOST = 40;

/** The engine may have to read the draft first. Milliseconds. */
const PATIENCE = 60_000;

export function TrialChat({ beforeSend }: { beforeSend: () => Promise<boolean> }): JSX.Element {
  const { api } = useDesk();
  const [said, setSaid] = useState<readonly Said[]>([]);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [untrained, setUntrained] = useState(false);
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [trial, said, busy]);

  const play = async (messages: readonly Said[]): Promise<void> => {
    if (busy || messages.length === 0) return;
    setBusy(true);
    setProblem(null);
    setUntrained(false);
    try {
      if (!(await beforeSend())) return;
      setSaid(messages);
      setTyped('');
      const body = { messages: messages.map(({ kind, text }) => ({ kind, text })) };
      setTrial(await api.request<Trial>('POST', '/knowledge/draft/trial', body, PATIENCE));
    } catch (error) {
      setUntrained(error instanceof ApiError && error.code === 'training_needed');
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  const send = (message: Said): void => void play([...said, message].slice(-MOST));
  const sendTyped = (): void => {
    const text = typed.trim();
    if (text !== '') send({ kind: 'text', text, shown: text });
  };
  return (
    <aside className="studio-trial" aria-label={t.studio.trial}>
      <div className="studio-trial-head">
        <h2>{t.studio.trial}</h2>
        <Space>
          <Button size="small" disabled={busy || said.length === 0} onClick={() => void play(said)}>
            {t.studio.trial_again}
          </Button>
          <Button
            size="small"
            disabled={busy || said.length === 0}
            onClick={() => {
              setSaid([]);
              setTrial(null);
            }}
          >
            {t.studio.trial_clear}
          </Button>
        </Space>
      </div>
      <div className="studio-trial-log" ref={log} role="log" aria-label={t.studio.trial} tabIndex={0}>
        {said.length === 0 && <p className="muted">{t.studio.trial_lead}</p>}
        {said.map(({ shown }, index) => (
          <div key={index}>
            <p className="studio-bubble user">{shown}</p>
            {trial?.turns[index] && (
              <Turn turn={trial.turns[index]} onPress={send} isLast={index === said.length - 1 && !busy} />
            )}
          </div>
        ))}
        {busy && <p className="muted">{t.studio.trial_busy}</p>}
      </div>
      {untrained ? <TrainingState /> : problem !== null && <Alert type="warning" showIcon title={problem} />}
      <Space.Compact block>
        <Input
          value={typed}
          maxLength={1000}
          aria-label={t.studio.trial_type}
          placeholder={t.studio.trial_type}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || isComposing(event.nativeEvent)) return;
            event.preventDefault();
            sendTyped();
          }}
        />
        <Button type="primary" loading={busy} onClick={sendTyped}>
          {t.studio.send}
        </Button>
      </Space.Compact>
    </aside>
  );
}

function Turn({
  turn,
  onPress,
  isLast,
}: {
  turn: Trial['turns'][number];
  onPress: (message: Said) => void;
  isLast: boolean;
}): JSX.Element {
  return (
    <>
      {turn.replies
        .filter(({ text, buttons }) => text !== '' || buttons.length > 0)
        .map((reply, index) => (
          <div key={index}>
            {reply.text !== '' && <p className="studio-bubble bot">{reply.text}</p>}
            {reply.buttons.length > 0 && (
              <Space wrap size={4}>
                {reply.buttons.map(({ title, payload }) => (
                  <Button
                    key={payload}
                    size="small"
                    disabled={!isLast}
                    onClick={() => onPress({ kind: 'payload', text: payload, shown: title })}
                  >
                    {title}
                  </Button>
                ))}
              </Space>
            )}
          </div>
        ))}
      <Why turn={turn} />
    </>
  );
}

/** How the message was read, for whoever wonders why this was said. */
function Why({ turn: { intent, confidence, reading } }: { turn: Trial['turns'][number] }): JSX.Element | null {
  const facts = Object.entries(reading ?? {}).filter(([, value]) => ['string', 'number'].includes(typeof value));
  if (intent === null && facts.length === 0) return null;
  return (
    <details className="studio-why">
      <summary>{t.studio.why}</summary>
      {intent !== null && (
        <Tag>
          {confidence === null ? intent : fill(t.studio.why_intent, { intent, percent: Math.round(confidence * 100) })}
        </Tag>
      )}
      {facts.map(([name, value]) => (
        <Tag key={name}>
          {nameOf(t.studio.reading, name)}: {String(value)}
        </Tag>
      ))}
    </details>
  );
}
