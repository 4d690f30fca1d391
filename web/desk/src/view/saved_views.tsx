/** The views of a list: filters under a name, one's own and the team's. */

import { DeleteOutlined, DownOutlined, FilterOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Dropdown, Form, Input, Modal, Popconfirm, type MenuProps } from 'antd';
import { useState, type JSX } from 'react';
import type { SavedView } from '../core/protocol.ts';
import { daysUpTo, isShown, toApply, toKeep, type Filters } from '../core/saved_views.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk, useNow } from './context.ts';
import { atField } from './field_errors.ts';

interface SavedViewsProps {
  place: SavedView['place'];
  filters: Filters;
  /** Filters by these and nothing else. */
  onApply: (filters: Filters) => void;
}

export function SavedViews({ place, filters, onApply }: SavedViewsProps): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const [run] = useAction();
  const [saving, setSaving] = useState(false);
  const now = useNow(60_000);
  const found = useQuery({ queryKey: ['views'], queryFn: api.views });
  const views = (found.data ?? []).filter((view) => view.place === place);
  const mayChange = (view: SavedView): boolean => !view.is_shared || agent.role !== 'agent';
  const current = views.find((view) => isShown(view.filters, filters, now));
  const isFiltered = Object.values(filters).some((value) => value !== '');

  const remove = (view: SavedView): Promise<boolean> =>
    run(async () => {
      await api.deleteView(view.id);
      await queries.invalidateQueries({ queryKey: ['views'] });
    }, t.deleted);
  const group = (label: string, shared: boolean): NonNullable<MenuProps['items']> => {
    const children = views
      .filter((view) => view.is_shared === shared)
      .map((view) => ({
        key: String(view.id),
        label: view.name,
        extra: mayChange(view) ? (
          <Popconfirm
            title={fill(t.views.delete_sure, { name: view.name })}
            onConfirm={() => void remove(view)}
            onPopupClick={(event) => event.stopPropagation()}
          >
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={fill(t.views.delete, { name: view.name })}
              onClick={(event) => event.stopPropagation()}
            />
          </Popconfirm>
        ) : undefined,
      }));
    return children.length === 0 ? [] : [{ type: 'group', label, children }];
  };
  const items: MenuProps['items'] = [
    ...group(t.views.shared, true),
    ...group(t.views.own, false),
    ...(views.length > 0 ? [{ type: 'divider' as const }] : []),
    { key: 'save', icon: <PlusOutlined />, label: t.views.save, disabled: !isFiltered },
  ];
  const choose = (key: string): void => {
    if (key === 'save') return setSaving(true);
    const view = views.find(({ id }) => String(id) === key);
    if (view) onApply(toApply(view.filters, now));
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{ items, selectedKeys: current ? [String(current.id)] : [], onClick: ({ key }) => choose(key) }}
      >
        <Button icon={<FilterOutlined />}>
          <span className="views-name">{current?.name ?? t.views.title}</span> <DownOutlined />
        </Button>
      </Dropdown>
      {saving && (
        <SaveDialog place={place} filters={filters} views={views.filter(mayChange)} onClose={() => setSaving(false)} />
      )}
    </>
  );
}

interface Values {
  name: string;
  is_shared?: boolean;
  moves?: boolean;
}

function SaveDialog(props: {
  place: SavedView['place'];
  filters: Filters;
  /** Those that may be replaced. */
  views: readonly SavedView[];
  onClose: () => void;
}): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const now = useNow(60_000);
  const name = (Form.useWatch<string | undefined>('name', form) ?? '').trim();
  const isShared = Form.useWatch<boolean | undefined>('is_shared', form) ?? false;
  const existing = props.views.find((view) => view.name === name && view.is_shared === isShared);
  const days = daysUpTo(props.filters, now);
  const save = async ({ name: given, is_shared = false, moves = false }: Values): Promise<void> => {
    const body = {
      place: props.place,
      name: given.trim(),
      is_shared,
      filters: toKeep(props.filters, now, moves),
    };
    const done = await run(async () => {
      await api.saveView(existing?.id ?? null, body).catch(atField(form, { name_taken: 'name', too_long: 'name' }));
      await queries.invalidateQueries({ queryKey: ['views'] });
    }, t.saved);
    if (done) props.onClose();
  };
  return (
    <Modal
      open
      title={t.views.save}
      okText={existing ? t.views.replace : t.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ moves: true }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t.views.name}
          extra={existing ? t.views.replaces : t.views.lead}
          rules={[{ required: true, whitespace: true, message: t.missing }]}
        >
          <Input maxLength={40} autoFocus />
        </Form.Item>
        {days !== null && (
          <Form.Item name="moves" valuePropName="checked">
            <Checkbox>{fill(t.views.moves, { days })}</Checkbox>
          </Form.Item>
        )}
        {agent.role !== 'agent' && (
          <Form.Item name="is_shared" valuePropName="checked">
            <Checkbox>{t.views.share}</Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
