/** Choosing another password. */

import { Form, Input, Modal } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';

interface Values {
  old: string;
  fresh: string;
  again: string;
}

export function PasswordDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { api } = useDesk();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const save = async ({ old, fresh }: Values): Promise<void> => {
    if (await run(() => api.changePassword(old, fresh), t.password.done)) onClose();
  };
  return (
    <Modal
      open
      title={t.password.title}
      okText={t.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p className="muted">{t.password.lead}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void save(values)}>
        <Form.Item name="old" label={t.password.old} rules={[{ required: true, message: t.password.missing }]}>
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        <Form.Item name="fresh" label={t.password.fresh} rules={[{ required: true, message: t.password.missing }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t.password.again}
          dependencies={['fresh']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value: string) =>
                value === getFieldValue('fresh') ? Promise.resolve() : Promise.reject(new Error(t.password.different)),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
