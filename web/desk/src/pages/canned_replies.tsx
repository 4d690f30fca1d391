/** What agents say often: everybody reads it, supervisors write it. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Popconfirm, Space, Table, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import { findReplies } from '../core/canned.ts';
import type { CannedReply } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';

export function CannedReplies(): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const replies = useQuery({ queryKey: ['canned_replies'], queryFn: api.cannedReplies });
  const [words, setWords] = useState('');
  const [editing, setEditing] = useState<CannedReply | 'new' | null>(null);
  const [run] = useAction();
  const mayWrite = agent.role !== 'agent';
  const renew = (): void => void queries.invalidateQueries({ queryKey: ['canned_replies'] });
  const columns: TableProps<CannedReply>['columns'] = [
    {
      title: t.replies.shortcut,
      width: 130,
      dataIndex: 'shortcut',
      render: (shortcut: string | null) => shortcut && <kbd>/{shortcut}</kbd>,
    },
    { title: t.replies.title, width: 200, dataIndex: 'title' },
    { title: t.replies.text, dataIndex: 'text', className: 'pre-line' },
    ...(mayWrite
      ? [
          {
            width: 140,
            render: (_: unknown, reply: CannedReply) => (
              <Space>
                <Button size="small" onClick={() => setEditing(reply)}>
                  {t.edit}
                </Button>
                <Popconfirm
                  title={t.replies.delete_sure}
                  onConfirm={() => void run(() => api.deleteCannedReply(reply.id), t.deleted).then(renew)}
                >
                  <Button size="small" danger>
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
    <Page
      title={t.nav.replies}
      lead={t.replies.lead}
      actions={
        mayWrite && (
          <Button type="primary" onClick={() => setEditing('new')}>
            {t.replies.add}
          </Button>
        )
      }
    >
      <div className="toolbar">
        <Input.Search
          allowClear
          className="toolbar-search"
          placeholder={t.replies.search}
          aria-label={t.replies.search}
          onChange={(event) => setWords(event.target.value.trim())}
        />
      </div>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={replies.isLoading}
        columns={columns}
        dataSource={findReplies(replies.data ?? [], words)}
        locale={{ emptyText: replies.isError ? errorText(replies.error) : t.replies.empty }}
      />
      {editing !== null && (
        <ReplyDialog
          reply={editing === 'new' ? null : editing}
          onClose={() => {
            setEditing(null);
            renew();
          }}
        />
      )}
    </Page>
  );
}

function ReplyDialog({ reply, onClose }: { reply: CannedReply | null; onClose: () => void }): JSX.Element {
  const { api } = useDesk();
  const [form] = Form.useForm<{ title: string; text: string; shortcut?: string | null }>();
  const [run, busy] = useAction();
  const save = async (values: { title: string; text: string; shortcut?: string | null }): Promise<void> => {
    const shortcut = values.shortcut?.trim() ?? '';
    const body = { title: values.title.trim(), text: values.text.trim(), shortcut: shortcut === '' ? null : shortcut };
    const done = await run(
      () =>
        api.saveCannedReply(reply?.id ?? null, body).catch((error: unknown) => {
          if (error instanceof ApiError && error.code === 'shortcut_taken') {
            form.setFields([{ name: 'shortcut', errors: [error.message] }]);
          }
          throw error;
        }),
      t.saved,
    );
    if (done) onClose();
  };
  const names = Object.values(t.replies.variables)
    .map((name) => `{${name}}`)
    .join(t.list_separator);
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Modal
      open
      title={reply ? t.replies.edit : t.replies.add}
      okText={t.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={reply ?? {}}
        onFinish={(values) => void save(values)}
      >
        <Form.Item name="title" label={t.replies.title} rules={missing}>
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item
          name="shortcut"
          label={t.replies.shortcut}
          extra={t.replies.shortcut_hint}
          rules={[{ pattern: /^[^\s/]*$/, message: t.replies.shortcut_wrong }]}
        >
          <Input maxLength={32} prefix="/" />
        </Form.Item>
        <Form.Item name="text" label={t.replies.text} rules={missing} extra={fill(t.replies.variables_hint, { names })}>
          <Input.TextArea autoSize={{ minRows: 4, maxRows: 12 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
