/** What is done to the rows that are chosen: a bar above the list, a form for each action, and a report. */

import { DownOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Dropdown, Form, Input, Modal, Radio, Select, Space, Table, type FormInstance } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState, type JSX } from 'react';
import { actionsOf, inParts, reasonOf, type BulkAction } from '../core/bulk.ts';
import { laterTimes } from '../core/follow_up.ts';
import type { BulkRefusal, BulkRequest } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { AgentOption, agentOptions } from './agent_option.tsx';
import { useAction, useAgents, useDesk, useGroups } from './context.ts';
import { LabelSelect } from './label_select.tsx';

interface BulkBarProps {
  /** Ids of tickets, or of conversations whose newest tickets are meant. */
  of: 'tickets' | 'conversations';
  chosen: readonly (string | number)[];
  /** Chooses these instead: what was refused, or none. */
  onChoose: (keys: (string | number)[]) => void;
}

export function BulkBar({ of, chosen, onChoose }: BulkBarProps): JSX.Element | null {
  const { agent } = useDesk();
  const groups = useGroups();
  const [action, setAction] = useState<BulkAction | null>(null);
  const actions = actionsOf(agent.role, (groups.data ?? []).length > 0);
  return (
    <>
      {chosen.length > 0 && (
        <Space wrap className="chosen" role="status">
          {fill(t.bulk.chosen, { count: chosen.length })}
          <Dropdown
            trigger={['click']}
            menu={{
              items: actions.map((key) => ({ key, label: t.bulk.actions[key] })),
              onClick: ({ key }) => setAction(key as BulkAction),
            }}
          >
            <Button size="small" type="primary">
              {t.bulk.title} <DownOutlined />
            </Button>
          </Dropdown>
          <Button size="small" onClick={() => onChoose([])}>
            {t.bulk.none}
          </Button>
        </Space>
      )}
      {/* It tells what was done when nothing is chosen any more, and is gone before anything else is. */}
      {action !== null && (
        <BulkDialog of={of} action={action} chosen={chosen} onChoose={onChoose} onClose={() => setAction(null)} />
      )}
    </>
  );
}

interface Values {
  labels?: string[];
  agent_id?: number;
  group_id?: number;
  priority?: number;
  due_at?: Dayjs;
  disposition?: 'solved' | 'spam';
  note?: string;
}

function BulkDialog(props: BulkBarProps & { action: BulkAction; onClose: () => void }): JSX.Element {
  const { of, action, chosen } = props;
  const { api, desk, clock } = useDesk();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const [report, setReport] = useState<{ done: number; refused: BulkRefusal[] } | null>(null);

  const send = async ({ due_at, note, ...values }: Values): Promise<void> => {
    const words = note?.trim();
    const body: Omit<BulkRequest, 'tickets' | 'conversations'> = {
      action,
      ...values,
      ...(due_at && { due_at: due_at.toISOString() }),
      ...(words && { note: words }),
    };
    let done = 0;
    const refused: BulkRefusal[] = [];
    const succeeded = await run(async () => {
      for (const part of inParts(chosen)) {
        const result = await api.changeTickets({ ...body, [of]: part });
        done += result.done;
        refused.push(...result.refused);
      }
    });
    // What was done before a connection broke is done, and shown.
    for (const key of [['tickets'], ['conversations'], ['labels']]) void queries.invalidateQueries({ queryKey: key });
    void desk.refresh();
    if (!succeeded) return;
    props.onChoose(refused.map((row) => (of === 'tickets' ? row.ticket_id : row.conversation_id) ?? ''));
    setReport({ done, refused });
  };
  if (report !== null) {
    return (
      <Modal
        open
        title={t.bulk.actions[action]}
        footer={
          <Button type="primary" onClick={props.onClose}>
            {t.bulk.close}
          </Button>
        }
        onCancel={props.onClose}
      >
        <Report {...report} />
      </Modal>
    );
  }
  return (
    <Modal
      open
      title={`${t.bulk.actions[action]} · ${fill(t.bulk.chosen, { count: chosen.length })}`}
      okText={t.bulk.actions[action]}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <p className="muted">{t.bulk.leads[action]}</p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ disposition: 'solved', priority: 1, due_at: dayjs(laterTimes(clock.now())[0]?.at) }}
        onFinish={(values) => void send(values)}
      >
        <Fields action={action} form={form} />
      </Form>
    </Modal>
  );
}

function Report({ done, refused }: { done: number; refused: BulkRefusal[] }): JSX.Element {
  if (refused.length === 0) return <p>{fill(t.bulk.done, { count: done })}</p>;
  return (
    <>
      <p>{fill(t.bulk.report, { done, refused: refused.length })}</p>
      <Table
        rowKey={(row) => row.conversation_id ?? row.ticket_id ?? ''}
        size="small"
        pagination={refused.length > 10 ? { pageSize: 10 } : false}
        dataSource={refused}
        columns={[
          {
            title: t.bulk.number,
            width: 170,
            render: (_, { number, conversation_id }) =>
              number ?? fill(t.bulk.conversation, { code: (conversation_id ?? '').slice(-4).toUpperCase() }),
          },
          { title: t.bulk.reason, render: (_, row) => reasonOf(row, t.bulk, fill) },
        ]}
      />
    </>
  );
}

/** What an action needs to know. */
function Fields({ action, form }: { action: BulkAction; form: FormInstance<Values> }): JSX.Element | null {
  const { clock, settings } = useDesk();
  const agents = useAgents();
  const groups = useGroups();
  const missing = [{ required: true, message: t.missing }];
  switch (action) {
    case 'label':
    case 'unlabel':
      return (
        <Form.Item name="labels" label={t.details.labels} rules={missing}>
          <LabelSelect autoFocus />
        </Form.Item>
      );
    case 'assign':
      return (
        <Form.Item name="agent_id" label={t.search.agent} rules={missing}>
          <Select
            autoFocus
            showSearch={{ optionFilterProp: 'name' }}
            options={agentOptions(agents.data ?? [])}
            optionRender={({ data }) => (data.agent === null ? data.name : <AgentOption agent={data.agent} />)}
            labelRender={({ value }) => agents.data?.find(({ id }) => id === value)?.name ?? ''}
          />
        </Form.Item>
      );
    case 'group':
      return (
        <Form.Item name="group_id" label={t.routing.group}>
          <Select
            autoFocus
            allowClear
            placeholder={t.bulk.no_group}
            options={(groups.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
      );
    case 'priority':
      return (
        <Form.Item name="priority" label={t.search.priority}>
          <Radio.Group
            optionType="button"
            buttonStyle="solid"
            options={t.priorities.map((label, value) => ({ value, label }))}
          />
        </Form.Item>
      );
    case 'follow_up':
      return (
        <>
          <Form.Item label={t.bulk.due}>
            <Space wrap>
              <Form.Item noStyle name="due_at" rules={missing}>
                <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" minDate={dayjs(clock.now())} />
              </Form.Item>
              {laterTimes(clock.now()).map(({ name, at }) => (
                <Button key={name} size="small" onClick={() => form.setFieldValue('due_at', dayjs(at))}>
                  {t.close.later[name]}
                </Button>
              ))}
            </Space>
          </Form.Item>
          <Note />
        </>
      );
    case 'close':
      return (
        <>
          <Form.Item name="disposition" label={t.close.disposition}>
            <Radio.Group
              optionType="button"
              buttonStyle="solid"
              options={settings.dispositions.map((value) => ({ value, label: nameOf(t.dispositions, value) }))}
            />
          </Form.Item>
          <Note />
        </>
      );
    case 'reopen':
      return null;
  }
}

function Note(): JSX.Element {
  return (
    <Form.Item name="note" label={t.close.note}>
      <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} />
    </Form.Item>
  );
}
