/** Saying which user a visitor is: found by the site's id, shown, and confirmed. */

import { Button, Form, Input, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { Customer, MergeCandidate, Ticket } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';
import { atField } from './field_errors.ts';

/** What is in the way stays there until somebody deals with it: another look at the page shows nothing. */
function explained(error: unknown): never {
  if (error instanceof ApiError && error.code === 'conflict')
    throw new ApiError(error.status, error.code, t.customer.merge_conflict);
  throw error;
}

export function MergeDialog(props: {
  ticket: Ticket;
  time: (at: string) => string;
  onClose: () => void;
  onMerged: (customer: Customer) => void;
}): JSX.Element {
  const { api } = useDesk();
  const { ticket, time } = props;
  const [form] = Form.useForm<{ user_id: string }>();
  const [run, busy] = useAction();
  const [found, setFound] = useState<MergeCandidate | null>(null);
  const find = async (userId: string): Promise<void> => {
    await run(async () => {
      setFound(await api.mergeCandidate(ticket.id, userId.trim()).catch(atField(form, { user_unknown: 'user_id' })));
    });
  };
  const merge = async (): Promise<void> => {
    if (found === null) return;
    const done = await run(
      async () => props.onMerged(await api.mergeCustomer(ticket.id, found.user_id).catch(explained)),
      t.customer.merged,
    );
    if (done) props.onClose();
  };
  return (
    <Modal
      open
      title={t.customer.merge}
      okText={t.customer.merge_sure}
      okButtonProps={{ danger: true, disabled: found === null, loading: busy }}
      onOk={() => void merge()}
      onCancel={props.onClose}
    >
      <p className="muted">{t.customer.merge_lead}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onValuesChange={() => setFound(null)}
        onFinish={({ user_id }) => void find(user_id)}
      >
        <Form.Item
          name="user_id"
          label={t.customer.merge_user}
          extra={t.customer.merge_hint}
          rules={[{ required: true, whitespace: true, message: t.missing }]}
        >
          <Input maxLength={255} autoFocus />
        </Form.Item>
        <Button htmlType="submit" loading={busy && found === null}>
          {t.customer.merge_find}
        </Button>
      </Form>
      {found !== null && (
        <p role="status">
          {fill(t.customer.merge_found, {
            name: found.called === null ? found.user_id : `${found.called}（${found.user_id}）`,
            since: time(found.first_seen_at),
            active: time(found.active_at),
            count: found.tickets,
            messages: found.messages,
          })}
        </p>
      )}
    </Modal>
  );
}
