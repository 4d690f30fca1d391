/** Skill groups: what is theirs, and who is in them. */

import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber, Modal, Popconfirm, Select, Space, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import type { GroupRequest, SkillGroup } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAccounts, useAction, useDesk, useGroups } from '../view/context.ts';
import { atField } from '../view/field_errors.ts';
import { minutesOf, secondsOf } from './minutes.ts';

const RANKS = [0, 1, 2] as const;
const LANGUAGES = ['simplified', 'traditional'] as const;

interface Option {
  value: string;
  label: string;
}

/** What tickets can be about: topics that the bot knows or tickets had, and reasons that have no topic. */
function useMatters(): { topics: Option[]; sites: Option[] } {
  const { api } = useDesk();
  const filters = useQuery({ queryKey: ['conversation_filters'], queryFn: api.conversationFilters, retry: false });
  const intents = useQuery({ queryKey: ['intents'], queryFn: api.intents, retry: false, staleTime: Infinity });
  const topics = new Map<string, string>(Object.entries(t.reasons));
  for (const { name, title } of intents.data ?? []) topics.set(name, title);
  for (const { id, title } of filters.data?.topics ?? []) if (title !== null) topics.set(id, title);
  return {
    topics: [...topics].map(([value, label]) => ({ value, label })),
    sites: (filters.data?.sites ?? []).map(({ key, name }) => ({ value: key, label: name })),
  };
}

export function Groups(): JSX.Element {
  const { api, agent: me } = useDesk();
  const queries = useQueryClient();
  const groups = useGroups();
  const agents = useAccounts();
  const matters = useMatters();
  const [editing, setEditing] = useState<SkillGroup | 'new' | null>(null);
  const [run, busy] = useAction();
  const isAdmin = me.role === 'admin';
  const renew = (): void => void queries.invalidateQueries({ queryKey: ['groups'] });
  const names = new Map((agents.data ?? []).map(({ id, name }) => [id, name]));
  const columns: TableProps<SkillGroup>['columns'] = [
    { title: t.routing.group, width: 140, dataIndex: 'name' },
    {
      title: t.routing.matters,
      render: (_, group) => <Matters group={group} {...matters} />,
    },
    {
      title: t.routing.members,
      render: (_, { members }) =>
        members.length === 0 ? (
          <span className="muted">{t.routing.no_members}</span>
        ) : (
          members.map(({ agent_id, weight }) => (
            <Tag key={agent_id}>
              {names.get(agent_id) ?? agent_id}
              {weight > 1 && ` ×${weight}`}
            </Tag>
          ))
        ),
    },
    { title: t.routing.rank, width: 80, render: (_, { rank }) => t.routing.ranks[rank as 0 | 1 | 2] },
    {
      title: t.routing.overflow,
      width: 150,
      render: (_, { overflow_after }) =>
        overflow_after === null
          ? t.routing.no_overflow
          : fill(t.waits.minutes, { minutes: minutesOf(overflow_after) ?? 0 }),
    },
    ...(isAdmin
      ? [
          {
            width: 140,
            render: (_: unknown, group: SkillGroup) => (
              <Space>
                <Button size="small" onClick={() => setEditing(group)}>
                  {t.edit}
                </Button>
                <Popconfirm
                  title={fill(t.routing.delete_sure, { name: group.name })}
                  description={t.routing.delete_lead}
                  onConfirm={() => void run(() => api.deleteGroup(group.id), t.deleted).then(renew)}
                >
                  <Button size="small" danger disabled={busy}>
                    {t.delete}
                  </Button>
                </Popconfirm>
              </Space>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <div className="toolbar">
        <span className="muted rules-lead">{t.routing.groups_lead}</span>
        {isAdmin && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t.routing.add}
          </Button>
        )}
      </div>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={groups.isLoading}
        scroll={{ x: 760 }}
        columns={columns}
        dataSource={groups.data ?? []}
        locale={{
          emptyText: groups.isError ? errorText(groups.error) : isAdmin ? t.routing.no_groups : t.routing.no_groups_yet,
        }}
      />
      {editing !== null && (
        <GroupDialog
          group={editing === 'new' ? null : editing}
          {...matters}
          onClose={() => {
            setEditing(null);
            renew();
          }}
        />
      )}
    </>
  );
}

function Matters({ group, topics, sites }: { group: SkillGroup; topics: Option[]; sites: Option[] }): JSX.Element {
  const labels = (keys: readonly string[], options: readonly Option[]): ReactNode =>
    keys.map((key) => <Tag key={key}>{options.find(({ value }) => value === key)?.label ?? key}</Tag>);
  if (group.topics.length + group.sites.length + group.languages.length === 0) {
    return <span className="muted">{t.routing.by_transfer}</span>;
  }
  return (
    <>
      {labels(group.topics, topics)}
      {labels(group.sites, sites)}
      {group.languages.map((language) => (
        <Tag key={language}>{nameOf(t.routing.languages, language)}</Tag>
      ))}
    </>
  );
}

interface Values {
  name: string;
  topics: string[];
  sites: string[];
  languages: SkillGroup['languages'];
  rank: number;
  overflow_after: number | null;
  members: { agent_id: number; weight: number }[];
}

interface GroupDialogProps {
  group: SkillGroup | null;
  topics: Option[];
  sites: Option[];
  onClose: () => void;
}

function GroupDialog({ group, topics, sites, onClose }: GroupDialogProps): JSX.Element {
  const { api } = useDesk();
  const agents = useAccounts();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const save = async (values: Values): Promise<void> => {
    const body: GroupRequest = {
      ...values,
      name: values.name.trim(),
      overflow_after: secondsOf(values.overflow_after),
    };
    const done = await run(
      () => api.saveGroup(group?.id ?? null, body).catch(atField(form, { name_taken: 'name' })),
      t.saved,
    );
    if (done) onClose();
  };
  const choices = (agents.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const several = { mode: 'multiple' as const, optionFilterProp: 'label', placeholder: t.routing.any };
  return (
    <Modal
      open
      width={600}
      title={group ? fill(t.routing.edit, { name: group.name }) : t.routing.add}
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
          group
            ? { ...group, overflow_after: minutesOf(group.overflow_after) }
            : { topics: [], sites: [], languages: [], rank: 1, overflow_after: 3, members: [] }
        }
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t.routing.name}
          rules={[{ required: true, whitespace: true, message: t.missing }]}
        >
          <Input maxLength={64} autoFocus />
        </Form.Item>
        <Form.Item name="topics" label={t.routing.topics} extra={t.routing.topics_hint}>
          <Select {...several} options={topics} />
        </Form.Item>
        <Form.Item name="sites" label={t.routing.sites}>
          <Select {...several} options={sites} />
        </Form.Item>
        <Form.Item name="languages" label={t.routing.language}>
          <Select {...several} options={LANGUAGES.map((value) => ({ value, label: t.routing.languages[value] }))} />
        </Form.Item>
        <Form.Item label={t.routing.members} extra={t.routing.weight_hint}>
          <Form.List name="members">
            {(fields, { add, remove }) => (
              <>
                {fields.map(({ key, name }) => (
                  <div key={key} className="group-member">
                    <Form.Item noStyle name={[name, 'agent_id']} rules={[{ required: true, message: t.missing }]}>
                      <Select
                        showSearch={{ optionFilterProp: 'label' }}
                        options={choices}
                        placeholder={t.transfer.to_missing}
                        aria-label={t.team.name}
                      />
                    </Form.Item>
                    <Form.Item noStyle name={[name, 'weight']} rules={[{ required: true, message: t.missing }]}>
                      <InputNumber
                        min={1}
                        max={10}
                        precision={0}
                        prefix={t.routing.weight}
                        aria-label={t.routing.weight}
                      />
                    </Form.Item>
                    <Button
                      type="text"
                      icon={<DeleteOutlined />}
                      aria-label={t.routing.remove_member}
                      onClick={() => remove(name)}
                    />
                  </div>
                ))}
                <Button icon={<PlusOutlined />} onClick={() => add({ weight: 1 })}>
                  {t.routing.add_member}
                </Button>
              </>
            )}
          </Form.List>
        </Form.Item>
        <Form.Item name="rank" label={t.routing.rank} extra={t.routing.rank_hint}>
          <Select options={RANKS.map((value) => ({ value, label: t.routing.ranks[value] }))} />
        </Form.Item>
        <Form.Item name="overflow_after" label={t.routing.overflow} extra={t.routing.overflow_hint}>
          <InputNumber min={0} max={10_080} suffix={t.routing.minutes} placeholder={t.routing.no_overflow} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
