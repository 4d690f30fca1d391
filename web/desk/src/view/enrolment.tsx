/** Binding an authenticator app: the QR code, a first code of the app, and the recovery codes. */

import { Alert, Button, Checkbox, Flex, Form, Input, QRCode, Spin, Typography, type InputRef } from 'antd';
import { useCallback, useEffect, useRef, useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { Enrolment as Secret } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { errorText } from './context.ts';

const texts = t.second_factor;

export interface EnrolmentProps {
  /** Asks for a secret. */
  begin: () => Promise<Secret>;
  /** Sends a code of the app, and returns the recovery codes. */
  confirm: (code: string) => Promise<string[]>;
  /** What the button says that leaves the recovery codes. */
  finish: string;
  onDone: () => void;
  /** What asks for another secret, where that takes more than `begin`. */
  onRestart?: () => void;
}

export function Enrolment({ begin, confirm, finish, onDone, onRestart }: EnrolmentProps): JSX.Element {
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [error, setError] = useState('');
  const [isExpired, setExpired] = useState(false);
  const [busy, setBusy] = useState(false);
  const field = useRef<InputRef>(null);
  const [form] = Form.useForm<{ code: string }>();

  // Asked for once, however often the page is drawn: a new secret makes the last one useless.
  const asked = useRef(false);
  const start = useCallback(async () => {
    setError('');
    setExpired(false);
    try {
      setSecret(await begin());
    } catch (failure) {
      setError(errorText(failure));
    }
  }, [begin]);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    void start();
  }, [start]);

  const send = async ({ code }: { code: string }): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      setCodes(await confirm(code));
    } catch (failure) {
      if (failure instanceof ApiError && failure.code === 'conflict') setExpired(true);
      else setError(errorText(failure));
      form.setFieldsValue({ code: '' });
      field.current?.focus();
    }
    setBusy(false);
  };
  if (codes !== null) return <RecoveryCodeList codes={codes} finish={finish} onDone={onDone} />;
  if (secret === null) {
    return error === '' ? (
      <Spin className="enrolment-wait" />
    ) : (
      <Alert type="error" showIcon title={error} role="alert" />
    );
  }
  if (isExpired) {
    const again = (
      <Button size="small" onClick={onRestart ?? (() => void start())}>
        {texts.restart}
      </Button>
    );
    return <Alert type="warning" showIcon title={texts.expired} role="alert" action={again} />;
  }
  return (
    <div className="enrolment">
      <p>{texts.scan}</p>
      <p className="muted">{texts.scan_lead}</p>
      <div className="enrolment-code" role="img" aria-label={texts.qr}>
        {/* Dark on light in the dark theme too: many cameras read no other. */}
        <QRCode value={secret.uri} type="svg" size={188} color="#000000" bgColor="#ffffff" errorLevel="M" />
      </div>
      <p className="muted">{texts.manual}</p>
      <Typography.Paragraph copyable={{ text: secret.secret }} className="password enrolment-secret">
        {secret.secret.match(/.{1,4}/g)?.join(' ')}
      </Typography.Paragraph>
      {error !== '' && <Alert type="error" showIcon title={error} role="alert" />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void send(values)}>
        <Form.Item
          name="code"
          label={texts.confirm_code}
          rules={[{ required: true, whitespace: true, message: texts.code_missing }]}
        >
          <Input ref={field} inputMode="numeric" autoComplete="one-time-code" size="large" maxLength={16} autoFocus />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={busy}>
          {texts.confirm}
        </Button>
      </Form>
    </div>
  );
}

export function RecoveryCodeList({
  codes,
  finish,
  onDone,
}: {
  codes: string[];
  finish: string;
  onDone: () => void;
}): JSX.Element {
  const [isSaved, setSaved] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const text = codes.join('\n');
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([text + '\n'], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = texts.file;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="enrolment">
      <h2>{texts.codes_title}</h2>
      <p className="muted">{texts.codes_lead}</p>
      <ul className="recovery-codes" aria-label={texts.codes_title}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Flex gap={8}>
        <Button onClick={copy}>{isCopied ? texts.copied : texts.copy}</Button>
        <Button onClick={download}>{texts.download}</Button>
      </Flex>
      <Checkbox className="recovery-saved" checked={isSaved} onChange={({ target }) => setSaved(target.checked)}>
        {texts.saved}
      </Checkbox>
      <Button type="primary" block size="large" disabled={!isSaved} onClick={onDone}>
        {finish}
      </Button>
    </div>
  );
}
