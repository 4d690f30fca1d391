/** Questions in and out as a file of a spreadsheet. */

import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Dropdown, Modal, Upload } from 'antd';
import { useState, type JSX } from 'react';
import type { FaqImport } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { renew } from '../view/queries.ts';

/** Rows that are named; who has more begins with these. */
const MOST_NAMED = 20;
const FILES = {
  xlsx: '/desk/api/knowledge/faqs/file',
  csv: '/desk/api/knowledge/faqs/file?format=csv',
  template: '/desk/api/knowledge/faqs/file?template=true',
};

export function ImportMenu(): JSX.Element {
  const { api } = useDesk();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [result, setResult] = useState<FaqImport | null>(null);
  const [run, busy] = useAction();
  const take = (file: File): void => {
    setResult(null);
    const form = new FormData();
    form.append('file', file);
    void run(async () => {
      const answer = await api.request<FaqImport>('POST', '/knowledge/draft/faqs', form, 60_000);
      setResult(answer);
      if (answer.problems.length > 0) return;
      message.success(fill(t.studio.imported, { added: answer.added, changed: answer.changed }));
      setOpen(false);
      await renew(queries, ['knowledge']);
    });
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'import', label: t.studio.import, onClick: () => setOpen(true) },
            ...(['xlsx', 'csv'] as const).map((key) => ({
              key,
              label: (
                <a href={FILES[key]} download>
                  {t.studio.export[key]}
                </a>
              ),
            })),
          ],
        }}
      >
        <Button icon={<DownloadOutlined />}>{t.studio.files}</Button>
      </Dropdown>
      <Modal open={open} title={t.studio.import} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <p className="muted">{t.studio.import_lead}</p>
        <p>
          <a href={FILES.template} download>
            {t.studio.template}
          </a>
        </p>
        <Upload
          accept=".xlsx,.csv"
          showUploadList={false}
          beforeUpload={(file) => {
            take(file);
            // It is sent by the desk's own request.
            return false;
          }}
        >
          <Button type="primary" icon={<UploadOutlined />} loading={busy}>
            {t.studio.import_pick}
          </Button>
        </Upload>
        <div role="status" className="import-result">
          {result && result.problems.length > 0 && (
            <Alert
              type="error"
              showIcon
              title={fill(t.studio.import_problems, { count: result.problems.length })}
              description={
                <ul>
                  {result.problems.slice(0, MOST_NAMED).map(({ row, column, message: problem }) => (
                    <li key={`${row} ${column} ${problem}`}>
                      {fill(column === '' ? t.studio.import_row : t.studio.import_cell, { row, column })}
                      {problem}
                    </li>
                  ))}
                </ul>
              }
            />
          )}
        </div>
      </Modal>
    </>
  );
}
