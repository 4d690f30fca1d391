/** Where an agent signs in. */

import { LockOutlined, SafetyCertificateOutlined, UserOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Divider, Form, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useStore } from 'zustand';
import { ApiError } from '../core/api.ts';
import { PROVIDER_SIGN_IN, type SessionKeeper, type SessionState } from '../core/session.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText } from '../view/context.ts';

export function SignIn({ keeper, reason }: { keeper: SessionKeeper; reason: SessionState['reason'] }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(takeProviderError);
  const provider = useStore(keeper.state, (state) => state.provider);
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
        {(reason === 'ended' || reason === 'late') && error === '' && (
          <Alert type="info" showIcon title={t.sign_in[reason]} />
        )}
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
        {provider !== null && (
          <>
            <Divider plain>{t.sign_in.or}</Divider>
            <Button block size="large" icon={<SafetyCertificateOutlined />} href={PROVIDER_SIGN_IN}>
              {fill(t.sign_in.by_provider, { name: provider.name })}
            </Button>
          </>
        )}
      </Card>
    </main>
  );
}

/** Returns why the identity provider's sign-in was refused, which the address says once; empty if it was not. */
function takeProviderError(): string {
  const url = new URL(window.location.href);
  const reason = url.searchParams.get('sign_in');
  if (reason === null) return '';
  url.searchParams.delete('sign_in');
  window.history.replaceState(null, '', url);
  const texts: Record<string, string> = t.sign_in.provider_errors;
  return texts[reason] ?? t.sign_in.provider_errors.refused;
}
