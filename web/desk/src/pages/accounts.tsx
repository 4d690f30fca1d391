/** Who may sign in, and as what; for admins. */

import { useQueryClient } from '@tanstack/react-query';
import { MoreOutlined } from '@ant-design/icons';
import {
  Alert,
  App,
  Button,
  Dropdown,
  Form,
  Input,
  InputNumber,
  Modal,
  Select,
  Space,
  Switch,
  Table,
  Tag,
  Typography,
} from 'antd';
import type { TableProps } from 'antd';
import { useState, type JSX } from 'react';
import type { Agent, KnowledgeRole, Role } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useAccounts, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';
import { SessionsDialog } from '../view/sessions_dialog.tsx';

const ROLES: readonly Role[] = ['agent', 'supervisor', 'admin'];
const KNOWLEDGE_ROLES: readonly KnowledgeRole[] = ['editor', 'publisher'];

export function Accounts(): JSX.Element {
  const { api, agent: me } = useDesk();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const agents = useAccounts();
  const [editing, setEditing] = useState<Agent | 'new' | null>(null);
  const [sessionsOf, setSessionsOf] = useState<Agent | null>(null);
  const [run, busy] = useAction();
  const renew = (): void => void queries.invalidateQueries({ queryKey: ['agents'] });

  const setEnabled = (agent: Agent, enabled: boolean): void => {
    const change = (): void => void run(() => api.changeAgent(agent.id, { enabled }), t.saved).then(renew);
    if (enabled) return change();
    modal.confirm({
      title: fill(t.accounts.disable_sure, { name: agent.name }),
      content: t.accounts.disable_lead,
      okText: t.accounts.disable,
      okButtonProps: { danger: true },
      onOk: change,
    });
  };
  const reset = (agent: Agent): void => {
    modal.confirm({
      title: fill(t.accounts.reset_sure, { name: agent.name }),
      content: t.accounts.reset_lead,
      okText: t.accounts.reset,
      onOk: () =>
        run(async () => {
          showPassword(modal, agent.name, (await api.resetPassword(agent.id)).password);
        }),
    });
  };
  const resetFactor = (agent: Agent): void => {
    modal.confirm({
      title: fill(t.accounts.reset_factor_sure, { name: agent.name }),
      content: t.accounts.reset_factor_lead,
      okText: t.accounts.reset_factor,
      okButtonProps: { danger: true },
      onOk: () => run(() => api.resetSecondFactor(agent.id), t.saved).then(renew),
    });
  };
  const choose = (agent: Agent, key: string): void => {
    if (key === 'reset') reset(agent);
    else if (key === 'reset_factor') resetFactor(agent);
    else setSessionsOf(agent);
  };
  const columns: TableProps<Agent>['columns'] = [
    { title: t.accounts.name, dataIndex: 'name' },
    { title: t.accounts.username, dataIndex: 'username' },
    { title: t.accounts.role, width: 120, render: (_, { role }) => t.roles[role] },
    {
      title: t.accounts.knowledge_role,
      width: 110,
      render: (_, { knowledge_role }) => knowledge_role && t.accounts.knowledge_roles[knowledge_role],
    },
    { title: t.accounts.max_chats, width: 120, dataIndex: 'max_chats', align: 'right' },
    {
      title: t.accounts.second_factor,
      width: 110,
      render: (_, { second_factor }) => (
        <Tag color={second_factor ? 'green' : 'default'}>
          {second_factor ? t.second_factor.on : t.second_factor.off}
        </Tag>
      ),
    },
    {
      title: t.accounts.enabled,
      width: 90,
      render: (_, agent) => (
        <Switch
          size="small"
          checked={agent.enabled !== false}
          disabled={agent.id === me.id || busy}
          aria-label={fill(t.accounts.enabled_of, { name: agent.name })}
          onChange={(enabled) => setEnabled(agent, enabled)}
        />
      ),
    },
    {
      width: 120,
      render: (_, agent) => (
        <Space>
          <Button size="small" onClick={() => setEditing(agent)}>
            {t.edit}
          </Button>
          <Dropdown
            trigger={['click']}
            menu={{
              onClick: ({ key }) => choose(agent, key),
              items: [
                { key: 'reset', label: t.accounts.reset },
                { key: 'reset_factor', label: t.accounts.reset_factor, disabled: !agent.second_factor },
                { key: 'sessions', label: t.accounts.sessions },
              ],
            }}
          >
            <Button
              size="small"
              icon={<MoreOutlined />}
              aria-label={fill(t.accounts.more_of, { name: agent.name })}
              title={t.accounts.more}
            />
          </Dropdown>
        </Space>
      ),
    },
  ];
  return (
    <Page
      title={t.nav.accounts}
      lead={t.accounts.lead}
      actions={
        <Button type="primary" onClick={() => setEditing('new')}>
          {t.accounts.add}
        </Button>
      }
    >
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={agents.isLoading}
        scroll={{ x: 860 }}
        columns={columns}
        dataSource={agents.data ?? []}
        locale={{ emptyText: agents.isError ? errorText(agents.error) : t.team.no_agents }}
      />
      {sessionsOf !== null && <SessionsDialog of={sessionsOf} onClose={() => setSessionsOf(null)} />}
      {editing !== null && (
        <AccountDialog
          agent={editing === 'new' ? null : editing}
          onClose={() => {
            setEditing(null);
            renew();
          }}
        />
      )}
    </Page>
  );
}

interface Values {
  username: string;
  name: string;
  email?: string | null;
  role: Role;
  knowledge_role: KnowledgeRole | '';
  max_chats: number;
}

function AccountDialog({ agent, onClose }: { agent: Agent | null; onClose: () => void }): JSX.Element {
  const { api, settings, agent: me } = useDesk();
  const { modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const save = async (values: Values): Promise<void> => {
    const { name, role, knowledge_role, max_chats } = values;
    const email = values.email?.trim() ?? '';
    const done = await run(
      async () => {
        if (agent) return api.changeAgent(agent.id, { name: name.trim(), email, role, knowledge_role, max_chats });
        const made = await api.createAgent({
          ...values,
          username: values.username.trim(),
          name: name.trim(),
          email: email === '' ? null : email,
          knowledge_role: knowledge_role === '' ? null : knowledge_role,
        });
        showPassword(modal, name, made.password);
      },
      agent ? t.saved : undefined,
    );
    if (done) onClose();
  };
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Modal
      open
      title={agent ? fill(t.accounts.edit, { name: agent.name }) : t.accounts.add}
      okText={t.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={
          agent
            ? { ...agent, knowledge_role: agent.knowledge_role ?? '' }
            : { role: 'agent', knowledge_role: '', max_chats: settings.max_chats }
        }
        onFinish={(values) => void save(values)}
      >
        {!agent && (
          <Form.Item name="username" label={t.accounts.username} extra={t.accounts.username_hint} rules={missing}>
            <Input maxLength={64} autoComplete="off" autoFocus />
          </Form.Item>
        )}
        <Form.Item name="name" label={t.accounts.name} extra={t.accounts.name_hint} rules={missing}>
          <Input maxLength={64} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="email"
          label={t.accounts.email}
          extra={t.accounts.email_hint}
          rules={[{ type: 'email', message: t.accounts.email_wrong }]}
        >
          <Input maxLength={255} autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={t.accounts.role} extra={t.accounts.role_hint}>
          <Select
            // Nobody takes away their own right to give it back.
            disabled={agent?.id === me.id}
            options={ROLES.map((role) => ({ value: role, label: t.roles[role] }))}
          />
        </Form.Item>
        <Form.Item name="knowledge_role" label={t.accounts.knowledge_role} extra={t.accounts.knowledge_role_hint}>
          <Select
            options={[
              { value: '', label: t.accounts.knowledge_roles.none },
              ...KNOWLEDGE_ROLES.map((value) => ({ value, label: t.accounts.knowledge_roles[value] })),
            ]}
          />
        </Form.Item>
        <Form.Item
          name="max_chats"
          label={t.accounts.max_chats}
          rules={[{ required: true, type: 'integer', min: 1, max: 99, message: t.accounts.max_chats_wrong }]}
        >
          <InputNumber min={1} max={99} precision={0} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Shows a generated password, which nobody can ask for again. */
function showPassword(modal: ReturnType<typeof App.useApp>['modal'], name: string, password: string): void {
  modal.success({
    title: fill(t.accounts.password_of, { name }),
    content: (
      <>
        <Typography.Paragraph copyable={{ text: password }} className="password">
          {password}
        </Typography.Paragraph>
        <Alert type="warning" title={t.accounts.password_once} />
      </>
    ),
    okText: t.accounts.password_noted,
  });
}
