/** Ending a chat: how it ended, or when it goes on, and a word for whoever reads it later. */

import { Alert, Button, DatePicker, Form, Input, Modal, Radio, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import { FOLLOW_UP, laterTimes } from '../core/follow_up.ts';
import type { Ticket, TicketEvent } from '../core/protocol.ts';
import { wrapUpOf } from '../core/wrap_up.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { ticketTitle } from './labels.ts';
import { submitOnCtrlEnter } from './submit.ts';
import { useAction, useDesk } from './context.ts';

interface Values {
  disposition: string;
  due_at?: Dayjs;
  note?: string;
}

interface CloseDialogProps {
  ticket: Ticket;
  /** What has happened to it. */
  events: readonly TicketEvent[];
  /** It goes on later: there is nothing else to choose. */
  later?: boolean;
  onClose: () => void;
}

export function CloseDialog({ ticket, events, later = false, onClose }: CloseDialogProps): JSX.Element {
  const { api, clock, desk, drafts, settings } = useDesk();
  const [, go] = useLocation();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const first = later ? FOLLOW_UP : 'solved';
  // Nothing yet while the form is being drawn for the first time.
  const chosen = (Form.useWatch('disposition', form) as string | undefined) ?? first;
  const isLater = chosen === FOLLOW_UP;
  const times = laterTimes(clock.now());
  const prefilled =
    ticket.note ??
    wrapUpOf(ticket, events, t.wrap_up, {
      topic: ticketTitle(ticket),
      collected: t.collected,
      alarms: t.alarms,
      list_separator: t.list_separator,
    });
  const close = async ({ disposition, due_at, note }: Values): Promise<void> => {
    const words = note?.trim() ?? '';
    const done = await run(
      async () => {
        const answer =
          due_at && isLater
            ? await api.followUp(ticket.id, due_at.toISOString(), null, words)
            : await api.close(ticket.id, disposition, words);
        desk.adopt(answer);
      },
      isLater ? t.close.put_off : t.close.done,
    );
    if (!done) return;
    onClose();
    if (ticket.status !== 'closed') go('/');
  };
  const unsent = drafts.read(ticket.id, 'reply').trim() !== '';
  return (
    <Modal
      open
      title={later ? t.close.title_later : t.close.title}
      okText={isLater ? t.actions.put_off : t.actions.close}
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
        initialValues={{ disposition: first, due_at: dayjs(times[0]?.at), note: prefilled }}
        onFinish={(values) => void close(values)}
      >
        <Form.Item name="disposition" label={t.close.disposition} hidden={later}>
          <Radio.Group
            optionType="button"
            buttonStyle="solid"
            options={[settings.dispositions[0] ?? 'solved', FOLLOW_UP, ...settings.dispositions.slice(1)].map(
              (value) => ({ value, label: nameOf(t.dispositions, value) }),
            )}
          />
        </Form.Item>
        {isLater && (
          <Form.Item label={t.close.due} extra={t.close.due_hint}>
            <Space wrap>
              <Form.Item noStyle name="due_at" rules={[{ required: true, message: t.missing }]}>
                <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" minDate={dayjs(clock.now())} />
              </Form.Item>
              {times.map(({ name, at }) => (
                <Button key={name} size="small" onClick={() => form.setFieldValue('due_at', dayjs(at))}>
                  {t.close.later[name]}
                </Button>
              ))}
            </Space>
          </Form.Item>
        )}
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
