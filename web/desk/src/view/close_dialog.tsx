/** Ending a ticket: how it ended, and a word for whoever reads it later. */

import { Alert, Form, Input, Modal, Radio } from 'antd';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { submitOnCtrlEnter } from './submit.ts';
import { useAction, useDesk } from './context.ts';

export function CloseDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }): JSX.Element {
  const { api, desk, drafts, settings } = useDesk();
  const [, go] = useLocation();
  const [form] = Form.useForm<{ disposition: string; note?: string }>();
  const [run, busy] = useAction();
  const close = async ({ disposition, note }: { disposition: string; note?: string }): Promise<void> => {
    const done = await run(async () => {
      desk.adopt(await api.close(ticket.id, disposition, note?.trim() ?? ''));
    }, t.close.done);
    if (!done) return;
    onClose();
    go('/');
  };
  const unsent = drafts.read(ticket.id, 'reply').trim() !== '';
  return (
    <Modal
      open
      title={t.close.title}
      okText={t.actions.close}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {unsent && <Alert type="warning" showIcon title={t.close.unsent} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onKeyDown={submitOnCtrlEnter(form.submit)}
        initialValues={{ disposition: 'solved' }}
        onFinish={(values) => void close(values)}
      >
        <Form.Item name="disposition" label={t.close.disposition}>
          <Radio.Group
            optionType="button"
            buttonStyle="solid"
            options={settings.dispositions.map((value) => ({
              value,
              label: nameOf(t.dispositions, value),
            }))}
          />
        </Form.Item>
        <Form.Item name="note" label={t.close.note} extra={t.close.note_hint}>
          <Input.TextArea
            autoFocus
            autoSize={{ minRows: 3, maxRows: 8 }}
            maxLength={1000}
            placeholder={t.close.note_example}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
