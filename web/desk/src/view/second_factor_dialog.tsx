/** The agent's own second factor: bind an app, bind another one, new recovery codes, give it up. */

import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Form, Input, Modal, Spin, Tag } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useCallback, useState, type JSX } from 'react';
import type { Enrolment as Secret, FactorProof, SecondFactor } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from './context.ts';
import { Enrolment, RecoveryCodeList } from './enrolment.tsx';

type Wish = 'enrol' | 'renew' | 'renew_codes' | 'remove';

const texts = t.second_factor;
/** Fewer recovery codes than this are worth a word. */
const FEW_CODES = 3;

export function SecondFactorDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { api } = useDesk();
  const factor = useQuery({ queryKey: ['second_factor'], queryFn: api.secondFactor });
  const [wish, setWish] = useState<Wish | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [run, busy] = useAction();

  const begin = useCallback(
    () => (secret ? Promise.resolve(secret) : Promise.reject(new Error('no secret'))),
    [secret],
  );
  const confirm = useCallback(async (code: string) => (await api.confirmEnrolment(code)).recovery_codes, [api]);
  const done = (): void => {
    setWish(null);
    setSecret(null);
    setCodes(null);
    void factor.refetch();
  };
  const prove = (proof: FactorProof): void => {
    if (wish === 'remove') void run(() => api.removeSecondFactor(proof), texts.done).then((ok) => ok && done());
    else if (wish === 'renew_codes')
      void run(async () => setCodes((await api.renewRecoveryCodes(proof)).recovery_codes));
    else void run(async () => setSecret(await api.beginEnrolment(proof)));
  };
  const body = (): JSX.Element => {
    if (factor.data === undefined) {
      return factor.isError ? <Alert type="error" showIcon title={errorText(factor.error)} /> : <Spin />;
    }
    if (codes !== null) return <RecoveryCodeList codes={codes} finish={texts.finish} onDone={done} />;
    if (secret !== null) {
      return (
        <Enrolment
          key={secret.secret}
          begin={begin}
          confirm={confirm}
          finish={texts.finish}
          onDone={done}
          // That takes the proof again.
          onRestart={() => setSecret(null)}
        />
      );
    }
    if (wish !== null) return <Proof wish={wish} factor={factor.data} busy={busy} onProof={prove} />;
    return <Status factor={factor.data} onWish={setWish} />;
  };
  return (
    <Modal open width={440} title={texts.title} footer={null} onCancel={onClose}>
      {body()}
    </Modal>
  );
}

function Status({ factor, onWish }: { factor: SecondFactor; onWish: (wish: Wish) => void }): JSX.Element {
  const now = new Date(useNow(60_000));
  const { enrolled_at, recovery_codes, is_required } = factor;
  if (enrolled_at === null) {
    return (
      <div className="enrolment">
        <p>
          <Tag>{texts.off}</Tag>
        </p>
        <p className="muted">{texts.lead}</p>
        <Button type="primary" onClick={() => onWish('enrol')}>
          {texts.enrol}
        </Button>
      </div>
    );
  }
  return (
    <div className="enrolment">
      <p>
        <Tag color="green">{texts.on}</Tag>
        {fill(texts.since, { time: describeTime(new Date(enrolled_at), now, t.times) })}
      </p>
      <p>{fill(texts.codes_left, { count: recovery_codes })}</p>
      {recovery_codes < FEW_CODES && <Alert type="warning" showIcon title={texts.few_codes} />}
      {is_required && <p className="muted">{texts.required}</p>}
      <Flex gap={8} wrap>
        <Button onClick={() => onWish('renew')}>{texts.renew}</Button>
        <Button onClick={() => onWish('renew_codes')}>{texts.renew_codes}</Button>
        {!is_required && (
          <Button danger onClick={() => onWish('remove')}>
            {texts.remove}
          </Button>
        )}
      </Flex>
    </div>
  );
}

interface ProofProps {
  wish: Wish;
  factor: SecondFactor;
  busy: boolean;
  onProof: (proof: FactorProof) => void;
}

function Proof({ wish, factor, busy, onProof }: ProofProps): JSX.Element {
  const missing = (message: string): [{ required: true; message: string }] => [{ required: true, message }];
  return (
    <div className="enrolment">
      <p className="muted">{texts.proof_lead[wish]}</p>
      <Form layout="vertical" requiredMark={false} onFinish={(values) => onProof(values as FactorProof)}>
        {factor.asks_for_password && (
          <Form.Item name="password" label={texts.password} rules={missing(t.password.missing)}>
            <Input.Password autoComplete="current-password" autoFocus />
          </Form.Item>
        )}
        {factor.enrolled_at !== null && (
          <Form.Item name="code" label={texts.code} extra={texts.code_hint} rules={missing(texts.code_missing)}>
            <Input autoComplete="one-time-code" maxLength={64} />
          </Form.Item>
        )}
        <Button type="primary" danger={wish === 'remove'} htmlType="submit" loading={busy}>
          {wish === 'remove' ? texts.remove : texts.next}
        </Button>
      </Form>
    </div>
  );
}
