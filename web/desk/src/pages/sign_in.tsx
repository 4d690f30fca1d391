/** Where an agent signs in. */

import { LockOutlined, UserOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Form, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { SessionKeeper, SessionState } from '../core/session.ts';
import { t } from '../i18n/strings.ts';
import { errorText } from '../view/context.ts';

export function SignIn({ keeper, reason }: { keeper: SessionKeeper; reason: SessionState['reason'] }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const password = useRef<InputRef>(null);
  useEffect(() => {
    document.title = t.title.plain;
  }, []);

  const signIn = async (values: { username: string; password: string }): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      await keeper.signIn(values.username.trim(), values.password);
    } catch (failure) {
      setError(errorText(failure));
      setBusy(false);
      if (failure instanceof ApiError && failure.code === 'wrong_password') password.current?.focus({ cursor: 'all' });
    }
  };
  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <h1>{t.sign_in.title}</h1>
        <p className="muted">{t.sign_in.lead}</p>
        {reason === 'ended' && error === '' && <Alert type="info" showIcon title={t.sign_in.ended} />}
        {error !== '' && <Alert type="error" showIcon title={error} role="alert" />}
        <Form layout="vertical" requiredMark={false} onFinish={(values) => void signIn(values as never)}>
          <Form.Item
            name="username"
            label={t.sign_in.username}
            rules={[{ required: true, whitespace: true, message: t.sign_in.username_missing }]}
          >
            <Input prefix={<UserOutlined />} autoComplete="username" autoFocus size="large" maxLength={64} />
          </Form.Item>
          <Form.Item
            name="password"
            label={t.sign_in.password}
            rules={[{ required: true, message: t.sign_in.password_missing }]}
          >
            <Input.Password
              ref={password}
              prefix={<LockOutlined />}
              autoComplete="current-password"
              size="large"
              maxLength={1024}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" block size="large" loading={busy}>
            {t.sign_in.submit}
          </Button>
        </Form>
      </Card>
    </main>
  );
}
