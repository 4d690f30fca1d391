/** The user beside the ticket: notes that stay, what they had with the bot, the block list. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { DeleteOutlined, StopOutlined, UserSwitchOutlined } from '@ant-design/icons';
import { Alert, Button, Descriptions, Form, Input, InputNumber, Modal, Popconfirm, Spin, Tag } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX } from 'react';
import type { Customer as CustomerData, Ticket } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from './context.ts';
import { adopt } from './queries.ts';
import { MergeDialog } from './merge_dialog.tsx';

export function Customer({ ticket }: { ticket: Ticket }): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const key = ['customer', ticket.conversation_id];
  const found = useQuery({ queryKey: key, queryFn: () => api.customer(ticket.id) });
  const [run, busy] = useAction();
  const [blocking, setBlocking] = useState(false);
  const [merging, setMerging] = useState(false);
  const [text, setText] = useState('');
  const now = new Date(useNow(60_000));
  const time = (at: string): string => describeTime(new Date(at), now, t.times);
  if (!found.data) {
    return found.isError ? <p className="error-text">{errorText(found.error)}</p> : <Spin className="page-spin" />;
  }
  const customer = found.data;
  const change = (work: () => Promise<CustomerData>, done: string): Promise<boolean> =>
    run(async () => adopt(queries, key, await work()), done);
  const supervises = agent.role !== 'agent';
  const add = async (): Promise<void> => {
    if (await change(() => api.addCustomerNote(ticket.id, text.trim()), t.customer.note_saved)) setText('');
  };
  return (
    <div className="customer">
      {customer.block && (
        <Alert
          type="error"
          title={blockText(customer.block, time)}
          description={fill(t.customer.blocked_by, { name: customer.block.by, reason: customer.block.reason })}
          action={
            supervises && (
              <Button
                size="small"
                loading={busy}
                onClick={() =>
                  void change(async () => {
                    await api.unblock(ticket.conversation_id);
                    return api.customer(ticket.id);
                  }, t.customer.unblocked)
                }
              >
                {t.customer.unblock}
              </Button>
            )
          }
        />
      )}
      <p className="muted">{fill(t.customer.since, { time: time(customer.first_seen_at), count: customer.tickets })}</p>
      <Attributes customer={customer} time={time} />
      <h3>{t.customer.notes}</h3>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={1000}
        aria-label={t.customer.notes}
        placeholder={t.customer.placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button size="small" disabled={text.trim() === ''} loading={busy} onClick={() => void add()}>
        {t.customer.add}
      </Button>
      <ul className="customer-notes">
        {customer.notes.map((note) => (
          <li key={note.id}>
            <div className="pre-line">{note.text}</div>
            <span className="muted">
              {note.by.name} · {time(note.created_at)}
            </span>
            {(supervises || note.by.id === agent.id) && (
              <Popconfirm
                title={t.customer.delete_sure}
                onConfirm={() => void change(() => api.deleteCustomerNote(ticket.id, note.id), t.deleted)}
              >
                <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t.delete} />
              </Popconfirm>
            )}
          </li>
        ))}
      </ul>
      <h3>{t.customer.topics}</h3>
      {customer.topics.length === 0 && <p className="muted">{t.customer.topics_empty}</p>}
      <ul className="customer-notes">
        {customer.topics.map(({ topic, title, outcome, at }) => (
          <li key={`${topic}-${at}`}>
            {title ?? topic} {outcome !== null && <Tag>{nameOf(t.conversations.outcomes, outcome)}</Tag>}
            <span className="muted">{time(at)}</span>
          </li>
        ))}
      </ul>
      {customer.merges.length > 0 && (
        <>
          <h3>{t.customer.merges}</h3>
          <ul className="customer-notes">
            {customer.merges.map((merge) => (
              <li key={merge.at}>
                {fill(t.customer.merge_line, {
                  time: time(merge.at),
                  visitor: fill(t.user.visitor, { code: merge.visitor }),
                  messages: merge.messages,
                  tickets: merge.tickets,
                  by:
                    merge.by === null
                      ? t.customer.merge_by_sign_in
                      : fill(t.customer.merge_by_agent, { name: merge.by }),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      {supervises && ticket.user.kind === 'visitor' && !isLive(ticket) && (
        <Button size="small" icon={<UserSwitchOutlined />} onClick={() => setMerging(true)}>
          {t.customer.merge}
        </Button>
      )}{' '}
      {supervises && customer.block === null && (
        <Button danger size="small" icon={<StopOutlined />} onClick={() => setBlocking(true)}>
          {t.customer.block}
        </Button>
      )}
      {merging && (
        <MergeDialog
          ticket={ticket}
          time={time}
          onClose={() => setMerging(false)}
          onMerged={(merged) => {
            void adopt(queries, key, merged);
            void queries.invalidateQueries({ queryKey: ['ticket', ticket.id] });
          }}
        />
      )}
      {blocking && (
        <BlockDialog
          onClose={() => setBlocking(false)}
          onBlock={(reason, days) => change(() => api.blockCustomer(ticket.id, reason, days), t.customer.block_done)}
        />
      )}
    </div>
  );
}

/** Whether the visitor waits or is served: their browser could not go on as somebody else. */
function isLive({ status }: Ticket): boolean {
  return status === 'queued' || status === 'active';
}

function blockText(block: NonNullable<CustomerData['block']>, time: (at: string) => string): string {
  return block.until === null ? t.customer.blocked : fill(t.customer.blocked_until, { time: time(block.until) });
}

function BlockDialog(props: {
  onClose: () => void;
  onBlock: (reason: string, days: number | null) => Promise<boolean>;
}): JSX.Element {
  const [form] = Form.useForm<{ reason: string; days?: number | null }>();
  return (
    <Modal
      open
      title={t.customer.block_title}
      okText={t.customer.block}
      okButtonProps={{ danger: true }}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <p className="muted">{t.customer.block_lead}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ days: 7 }}
        onFinish={({ reason, days }) =>
          void props.onBlock(reason.trim(), days ?? null).then((done) => done && props.onClose())
        }
      >
        <Form.Item
          name="reason"
          label={t.customer.reason}
          rules={[{ required: true, whitespace: true, message: t.missing }]}
        >
          <Input maxLength={200} autoFocus />
        </Form.Item>
        <Form.Item name="days" label={t.customer.days} extra={t.customer.days_hint}>
          <InputNumber min={1} max={3650} precision={0} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** What the site tells of the user: names are the site's own, some have a Chinese one. */
function Attributes({ customer, time }: { customer: CustomerData; time: (at: string) => string }): JSX.Element | null {
  const items = Object.entries(customer.attributes);
  if (items.length === 0 || customer.attributes_at === null) return null;
  return (
    <>
      <h3>{t.customer.attributes}</h3>
      <Descriptions
        size="small"
        column={1}
        colon={false}
        items={items.map(([name, value]) => ({
          key: name,
          label: nameOf(t.customer.attribute_names, name),
          children: value,
        }))}
      />
      <p className="muted">{fill(t.customer.told, { time: time(customer.attributes_at) })}</p>
    </>
  );
}
