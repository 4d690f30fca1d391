/** Writing a canned reply: what it says, where it is filed, what is done beside. */

import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Form, Input, InputNumber, Modal, Radio, Select } from 'antd';
import type { JSX } from 'react';
import type { CannedReply, CannedReplyRequest } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { atField } from '../view/field_errors.ts';

interface Values {
  is_personal: boolean;
  folder?: string;
  title: string;
  shortcut?: string;
  text: string;
  labels: string[];
  ending: NonNullable<CannedReply['ending']> | '';
  follow_up_hours?: number | null;
}

/** Hours after which a follow-up is proposed. */
const USUAL_HOURS = 24;

export function ReplyDialog({
  reply,
  folders,
  onClose,
}: {
  reply: CannedReply | null;
  folders: readonly string[];
  onClose: () => void;
}): JSX.Element {
  const { api, agent, settings } = useDesk();
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const labels = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const ending = Form.useWatch('ending', form) as Values['ending'] | undefined;
  const mayShare = agent.role !== 'agent';
  const save = async (values: Values): Promise<void> => {
    const body: CannedReplyRequest = {
      is_personal: values.is_personal,
      folder: orNull(values.folder),
      title: values.title.trim(),
      shortcut: orNull(values.shortcut),
      text: values.text.trim(),
      labels: values.labels,
      ending: values.ending === '' ? null : values.ending,
      follow_up_hours: values.ending === 'follow_up' ? (values.follow_up_hours ?? USUAL_HOURS) : null,
    };
    const refused = atField(form, { shortcut_taken: 'shortcut', unknown_variable: 'text' });
    if (await run(() => api.saveCannedReply(reply?.id ?? null, body).catch(refused), t.saved)) onClose();
  };
  const names = Object.values(settings.reply_variables)
    .map((name) => `{${name}}`)
    .join(t.list_separator);
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Modal
      open
      width={600}
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
        initialValues={{
          is_personal: reply?.is_personal ?? !mayShare,
          folder: reply?.folder ?? '',
          title: reply?.title,
          shortcut: reply?.shortcut ?? '',
          text: reply?.text,
          labels: reply?.labels ?? [],
          ending: reply?.ending ?? '',
          follow_up_hours: reply?.follow_up_hours ?? USUAL_HOURS,
        }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item name="is_personal" label={t.replies.scope} hidden={!mayShare}>
          <Radio.Group
            options={[
              { value: false, label: t.replies.scopes.shared },
              { value: true, label: t.replies.scopes.personal },
            ]}
          />
        </Form.Item>
        <Form.Item name="title" label={t.replies.title} rules={missing}>
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item name="folder" label={t.replies.folder} extra={t.replies.folder_hint}>
          <AutoComplete
            maxLength={32}
            options={folders.map((value) => ({ value }))}
            showSearch={{ filterOption: true }}
          />
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
        <Form.Item name="labels" label={t.replies.labels} extra={t.replies.labels_hint}>
          <Select
            mode="tags"
            maxCount={10}
            tokenSeparators={[',', '，', '、']}
            options={(labels.data ?? []).map(({ label }) => ({ value: label, label }))}
          />
        </Form.Item>
        <Form.Item name="ending" label={t.replies.ending}>
          <Radio.Group
            optionType="button"
            options={Object.entries(t.replies.endings).map(([value, label]) => ({ value, label }))}
          />
        </Form.Item>
        {ending === 'follow_up' && (
          <Form.Item name="follow_up_hours" label={t.replies.hours} rules={[{ required: true, message: t.missing }]}>
            <InputNumber min={1} max={2160} precision={0} suffix={t.replies.hours_unit} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function orNull(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
