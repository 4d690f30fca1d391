/** Whom the gateway tells of tickets: endpoints of the file, and those that admins make here. */

import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Card, Checkbox, Form, Input, Modal, Popconfirm, Select, Space, Switch, Table, Tag } from 'antd';
import { useState, type JSX } from 'react';
import type { Configuration, HookChange } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { atField } from '../view/field_errors.ts';

type Hook = Configuration['hooks'][number];
type HookEvent = HookChange['events'][number];

const KEY = ['settings'];
const OF_TICKETS: readonly HookEvent[] = ['ticket_created', 'ticket_queued', 'ticket_closed', 'sla_breached'];

export function Hooks({ hooks }: { hooks: readonly Hook[] }): JSX.Element {
  const { api } = useDesk();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [editing, setEditing] = useState<Hook | 'new' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [run, busy] = useAction();
  const test = (name: string): void =>
    void run(async () => {
      const { error } = await api.tryHook(name);
      if (error === null) message.success(fill(t.settings.hooks.taken, { name }));
      else message.error(fill(t.settings.hooks.failed, { name, error }), 8);
    });
  const keep = (work: Promise<Configuration>): Promise<unknown> =>
    work.then((configuration) => adopt(queries, KEY, configuration));
  const close = (made: string | null): void => {
    setEditing(null);
    setSecret(made);
    void queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <Card
      size="small"
      title={t.settings.hooks.title}
      extra={
        <Button size="small" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
          {t.settings.hooks.add}
        </Button>
      }
    >
      <p className="muted">{t.settings.hooks.lead}</p>
      <Table
        rowKey="name"
        size="small"
        pagination={false}
        scroll={{ x: 860 }}
        dataSource={[...hooks]}
        locale={{ emptyText: t.settings.hooks.empty }}
        columns={[
          {
            title: t.settings.hooks.name,
            width: 160,
            render: (_, { name, source }) => (
              <>
                {name} {source === 'file' && <Tag>{t.settings.sources.file}</Tag>}
              </>
            ),
          },
          {
            title: t.settings.hooks.format,
            width: 90,
            render: (_, { format }) => nameOf(t.settings.hooks.formats, format),
          },
          { title: t.settings.hooks.host, dataIndex: 'host', width: 180, ellipsis: true },
          {
            title: t.settings.hooks.events,
            render: (_, { events }) =>
              events.map((event) => <Tag key={event}>{nameOf(t.settings.hooks.event_names, event)}</Tag>),
          },
          {
            title: t.settings.hooks.enabled,
            width: 70,
            render: (_, hook) => (
              <Switch
                size="small"
                checked={hook.enabled}
                disabled={hook.source === 'file' || busy}
                aria-label={fill(t.settings.hooks.enabled_of, { name: hook.name })}
                onChange={(enabled) =>
                  void run(() => keep(api.changeHook(hook.name, { events: hook.events, site: hook.site, enabled })))
                }
              />
            ),
          },
          {
            width: 220,
            render: (_, hook) => (
              <Space size="small">
                <Button size="small" loading={busy} onClick={() => test(hook.name)}>
                  {t.settings.hooks.test}
                </Button>
                {hook.source === 'desk' && (
                  <>
                    <Button size="small" onClick={() => setEditing(hook)}>
                      {t.edit}
                    </Button>
                    <Popconfirm
                      title={fill(t.settings.hooks.delete_sure, { name: hook.name })}
                      onConfirm={() => void run(() => keep(api.deleteHook(hook.name)), t.deleted)}
                    >
                      <Button size="small" danger>
                        {t.delete}
                      </Button>
                    </Popconfirm>
                  </>
                )}
              </Space>
            ),
          },
        ]}
      />
      {editing !== null && <HookDialog hook={editing === 'new' ? null : editing} onClose={close} />}
      {secret !== null && (
        <Modal
          open
          title={t.settings.hooks.secret_title}
          footer={<Button onClick={() => setSecret(null)}>{t.settings.hooks.secret_kept}</Button>}
          closable={false}
        >
          <p>{t.settings.hooks.secret_lead}</p>
          <Input.TextArea
            readOnly
            autoSize
            aria-label={t.settings.hooks.secret}
            value={secret}
            onFocus={(event) => event.target.select()}
          />
        </Modal>
      )}
    </Card>
  );
}

interface Values {
  name: string;
  format: Hook['format'];
  url?: string;
  secret?: string;
  site?: string;
  events: HookEvent[];
}

function HookDialog({ hook, onClose }: { hook: Hook | null; onClose: (secret: string | null) => void }): JSX.Element {
  const { api } = useDesk();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const filters = useQuery({ queryKey: ['conversations', 'filters'], queryFn: api.conversationFilters });
  const format = (Form.useWatch('format', form) as Hook['format'] | undefined) ?? hook?.format ?? 'wecom';
  const isJson = format === 'json';
  const events: readonly HookEvent[] = isJson ? [...OF_TICKETS, 'answer_rated'] : OF_TICKETS;
  const save = async (values: Values): Promise<void> => {
    let secret: string | null = null;
    const body = {
      url: orNull(values.url),
      secret: orNull(values.secret),
      site: values.site ?? null,
      events: values.events.filter((event) => events.includes(event)),
      enabled: hook?.enabled ?? true,
    };
    const refused = atField(form, { name_taken: 'name', hook_address: 'url' });
    const done = await run(async () => {
      if (hook) await api.changeHook(hook.name, body).catch(refused);
      else ({ secret } = await api.addHook({ ...body, name: values.name, format: values.format }).catch(refused));
    }, t.saved);
    if (done) onClose(secret);
  };
  const renew = (name: string): void =>
    void run(async () => {
      const { secret } = await api.renewHookSecret(name);
      onClose(secret);
    });
  const missing = { required: true, message: t.missing };
  return (
    <Modal
      open
      width={560}
      title={hook ? fill(t.settings.hooks.edit, { name: hook.name }) : t.settings.hooks.add}
      okText={t.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={() => onClose(null)}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          format: hook?.format ?? 'wecom',
          site: hook?.site ?? undefined,
          events: hook?.events ?? ['ticket_created', 'ticket_queued', 'ticket_closed'],
        }}
        onFinish={(values) => void save(values)}
      >
        {!hook && (
          <>
            <Form.Item
              name="name"
              label={t.settings.hooks.name}
              extra={t.settings.hooks.name_hint}
              rules={[missing, { pattern: /^[a-z][a-z0-9_]*$/, message: t.settings.hooks.name_wrong }]}
            >
              <Input maxLength={60} autoFocus />
            </Form.Item>
            <Form.Item name="format" label={t.settings.hooks.format}>
              <Select options={Object.entries(t.settings.hooks.formats).map(([value, label]) => ({ value, label }))} />
            </Form.Item>
          </>
        )}
        <Form.Item
          name="url"
          label={t.settings.hooks.url}
          extra={hook ? fill(t.settings.hooks.url_kept, { host: hook.host }) : t.settings.hooks.url_hint}
          rules={hook ? [] : [missing]}
        >
          <Input maxLength={2000} autoComplete="off" placeholder="https://" />
        </Form.Item>
        {(format === 'dingtalk' || format === 'feishu') && (
          <Form.Item
            name="secret"
            label={t.settings.hooks.secret}
            extra={hook ? t.settings.hooks.secret_as_before : t.settings.hooks.secret_hint}
          >
            <Input.Password maxLength={200} autoComplete="new-password" />
          </Form.Item>
        )}
        {isJson && <p className="muted">{t.settings.hooks.secret_made}</p>}
        {isJson && hook && (
          <Form.Item>
            <Popconfirm title={t.settings.hooks.renew_sure} onConfirm={() => renew(hook.name)}>
              <Button>{t.settings.hooks.renew}</Button>
            </Popconfirm>
          </Form.Item>
        )}
        <Form.Item
          name="events"
          label={t.settings.hooks.events}
          rules={[{ required: true, type: 'array', min: 1, message: t.missing }]}
        >
          <Checkbox.Group
            options={events.map((value) => ({ value, label: nameOf(t.settings.hooks.event_names, value) }))}
          />
        </Form.Item>
        <Form.Item name="site" label={t.settings.hooks.site}>
          <Select
            allowClear
            placeholder={t.settings.hooks.all_sites}
            options={(filters.data?.sites ?? []).map(({ key, name }) => ({ value: key, label: name }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function orNull(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
