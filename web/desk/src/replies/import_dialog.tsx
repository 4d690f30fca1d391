/** Taking over canned replies from the file of a spreadsheet: all of it or nothing. */

import { UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Modal, Radio, Upload } from 'antd';
import { useState, type JSX } from 'react';
import type { ReplyImport } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';

/** Refused rows that are named; who has more begins with these. */
const MOST_NAMED = 10;

export function ImportDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { api, agent } = useDesk();
  const mayShare = agent.role !== 'agent';
  const [personal, setPersonal] = useState(!mayShare);
  const [result, setResult] = useState<ReplyImport | null>(null);
  const [run, busy] = useAction();
  const take = (file: File): void => {
    setResult(null);
    void run(async () => setResult(await api.importCannedReplies(file, personal)));
  };
  return (
    <Modal open title={t.replies.import_title} footer={null} onCancel={onClose}>
      <p className="muted">{t.replies.import_lead}</p>
      <Form layout="vertical">
        {mayShare && (
          <Form.Item label={t.replies.import_to}>
            <Radio.Group
              value={personal}
              onChange={(event) => setPersonal(event.target.value as boolean)}
              options={[
                { value: false, label: t.replies.scopes.shared },
                { value: true, label: t.replies.scopes.personal },
              ]}
            />
          </Form.Item>
        )}
        <Upload
          accept=".csv,text/csv"
          showUploadList={false}
          beforeUpload={(file) => {
            take(file);
            // It is sent by the desk's own request.
            return false;
          }}
        >
          <Button type="primary" icon={<UploadOutlined />} loading={busy}>
            {t.replies.import_pick}
          </Button>
        </Upload>
      </Form>
      <div role="status" className="import-result">
        {result?.problems.length === 0 && (
          <Alert type="success" showIcon title={fill(t.replies.import_done, { ...result, problems: '' })} />
        )}
        {result && result.problems.length > 0 && (
          <Alert
            type="error"
            showIcon
            title={t.replies.import_wrong}
            description={result.problems.slice(0, MOST_NAMED).map((problem) => (
              <div key={problem.row}>{fill(t.replies.import_row, { row: problem.row, message: problem.message })}</div>
            ))}
          />
        )}
      </div>
    </Modal>
  );
}
