/** What agents say often: supervisors write what everybody has, agents their own. */

import { DownloadOutlined, PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Popconfirm, Segmented, Space, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { findReplies } from '../core/canned.ts';
import type { CannedReply } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { ImportDialog } from '../replies/import_dialog.tsx';
import { ReplyDialog } from '../replies/reply_dialog.tsx';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { Choice } from '../view/filters.tsx';
import { effectsOf } from '../view/labels.ts';
import { Page } from '../view/page.tsx';

type Scope = keyof typeof t.replies.scopes;

export function CannedReplies(): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const replies = useQuery({ queryKey: ['canned_replies'], queryFn: api.cannedReplies });
  const [words, setWords] = useState('');
  const [scope, setScope] = useState<Scope>('all');
  const [folder, setFolder] = useState<string>();
  const [editing, setEditing] = useState<CannedReply | 'new' | null>(null);
  const [importing, setImporting] = useState(false);
  const [run] = useAction();
  const mayShare = agent.role !== 'agent';
  const all = replies.data ?? [];
  const folders = [...new Set(all.map((reply) => reply.folder).filter((name) => name !== null))].sort();
  const shown = findReplies(
    all.filter(
      (reply) =>
        (scope === 'all' || reply.is_personal === (scope === 'personal')) &&
        (folder === undefined || reply.folder === folder),
    ),
    words,
  );
  const renew = (): void => void queries.invalidateQueries({ queryKey: ['canned_replies'] });
  const close = (): void => {
    setEditing(null);
    setImporting(false);
    renew();
  };
  const columns: TableProps<CannedReply>['columns'] = [
    {
      title: t.replies.title,
      width: 200,
      render: (_, reply) => (
        <>
          {reply.folder && <div className="muted">{reply.folder}</div>}
          {reply.title} {reply.is_personal && <Tag>{t.replies.personal}</Tag>}
        </>
      ),
    },
    {
      title: t.replies.shortcut,
      width: 110,
      dataIndex: 'shortcut',
      render: (shortcut: string | null) => shortcut && <kbd>/{shortcut}</kbd>,
    },
    { title: t.replies.text, dataIndex: 'text', className: 'pre-line' },
    {
      title: t.replies.after,
      width: 180,
      render: (_, reply) =>
        effectsOf(reply).map((effect) => (
          <Tag key={effect} color="orange">
            {effect}
          </Tag>
        )),
    },
    {
      title: t.replies.uses,
      width: 90,
      align: 'right',
      sorter: (one, other) => one.uses - other.uses,
      render: (_, { uses }) => fill(t.replies.uses_count, { count: uses }),
    },
    {
      width: 140,
      render: (_, reply) =>
        (mayShare || reply.is_personal) && (
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
  ];
  return (
    <Page
      title={t.nav.replies}
      lead={t.replies.lead}
      actions={
        <Space wrap>
          <Button icon={<UploadOutlined />} onClick={() => setImporting(true)}>
            {t.replies.import}
          </Button>
          <Button
            icon={<DownloadOutlined />}
            href={'/desk/api/canned_replies/export.csv' + search({ personal: scope === 'personal' })}
            download
          >
            {t.replies.export}
          </Button>
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t.replies.add}
          </Button>
        </Space>
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
        <Segmented
          value={scope}
          onChange={setScope}
          options={Object.entries(t.replies.scopes).map(([value, label]) => ({ value: value as Scope, label }))}
        />
        {folders.length > 0 && (
          <Choice
            label={t.replies.folder}
            value={folder}
            options={folders.map((value) => ({ value, label: value }))}
            onChange={setFolder}
          />
        )}
      </div>
      <Table
        rowKey="id"
        size="middle"
        pagination={false}
        loading={replies.isLoading}
        scroll={{ x: 900 }}
        columns={columns}
        dataSource={shown}
        locale={{ emptyText: replies.isError ? errorText(replies.error) : t.replies.empty }}
      />
      {editing !== null && <ReplyDialog reply={editing === 'new' ? null : editing} folders={folders} onClose={close} />}
      {importing && <ImportDialog onClose={close} />}
    </Page>
  );
}
