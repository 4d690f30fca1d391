/** The second step of signing in: a code, or binding the authenticator app that the agent's role must have. */

import { Alert, Button, Card, Form, Input, type InputRef } from 'antd';
import { useCallback, useEffect, useRef, useState, type JSX } from 'react';
import type { SecondStep, Session } from '../core/protocol.ts';
import type { SessionKeeper } from '../core/session.ts';
import { t } from '../i18n/strings.ts';
import { errorText } from '../view/context.ts';
import { Enrolment } from '../view/enrolment.tsx';

const texts = t.second_factor;

export function SecondStepPage({ keeper, step }: { keeper: SessionKeeper; step: SecondStep['step'] }): JSX.Element {
  useEffect(() => {
    document.title = t.title.plain;
  }, []);
  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        {step === 'code' ? <Code keeper={keeper} /> : <RequiredEnrolment keeper={keeper} />}
        <Button type="link" block className="sign-in-other" onClick={() => keeper.startOver()}>
          {texts.start_over}
        </Button>
      </Card>
    </main>
  );
}

function Code({ keeper }: { keeper: SessionKeeper }): JSX.Element {
  const [form] = Form.useForm<{ code: string }>();
  const [isRecovery, setRecovery] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const field = useRef<InputRef>(null);

  const send = async ({ code }: { code: string }): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      await keeper.sendCode(code);
    } catch (failure) {
      setError(errorText(failure));
      setBusy(false);
      form.setFieldsValue({ code: '' });
      field.current?.focus();
    }
  };
  const change = (): void => {
    setRecovery(!isRecovery);
    setError('');
    form.setFieldsValue({ code: '' });
    field.current?.focus();
  };
  return (
    <>
      <h1>{isRecovery ? texts.recovery_title : texts.step_title}</h1>
      <p className="muted">{isRecovery ? texts.recovery_lead : texts.step_lead}</p>
      {error !== '' && <Alert type="error" showIcon title={error} role="alert" />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void send(values)}>
        <Form.Item
          name="code"
          label={isRecovery ? texts.recovery_code : texts.code}
          rules={[
            {
              required: true,
              whitespace: true,
              message: isRecovery ? texts.recovery_missing : texts.code_missing,
            },
          ]}
          extra={isRecovery ? texts.lost : undefined}
        >
          <Input
            ref={field}
            autoFocus
            size="large"
            maxLength={64}
            inputMode={isRecovery ? 'text' : 'numeric'}
            autoComplete={isRecovery ? 'off' : 'one-time-code'}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={busy}>
          {texts.submit}
        </Button>
      </Form>
      <Button type="link" block className="sign-in-other" onClick={change}>
        {isRecovery ? texts.use_code : texts.use_recovery}
      </Button>
    </>
  );
}

function RequiredEnrolment({ keeper }: { keeper: SessionKeeper }): JSX.Element {
  const session = useRef<Session | null>(null);
  const confirm = useCallback(
    async (code: string): Promise<string[]> => {
      const enrolled = await keeper.api.confirmRequiredEnrolment(code);
      session.current = enrolled.session;
      return enrolled.recovery_codes;
    },
    [keeper],
  );
  return (
    <>
      <h1>{texts.enrol_title}</h1>
      <p className="muted">{texts.enrol_lead}</p>
      <Enrolment
        begin={keeper.api.beginRequiredEnrolment}
        confirm={confirm}
        finish={texts.enter}
        onDone={() => session.current && keeper.enter(session.current)}
      />
    </>
  );
}
