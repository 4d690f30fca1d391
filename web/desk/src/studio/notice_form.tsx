/** A notice (公告). */

import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMemo, type JSX } from 'react';
import { emptyAsNull, type EntryValue } from '../core/studio.ts';
import { t } from '../i18n/strings.ts';
import { FormButtons } from './form_buttons.tsx';
import { useEntryForm, type EntryFormProps } from './form_handle.ts';
import { useStudioEntries } from './queries.ts';

const MINUTE = 'YYYY-MM-DD HH:mm';
// Whoever picks a day as the end means all of it.
const LAST_MINUTE = dayjs().endOf('day');

interface Values {
  text: string;
  priority?: number | null;
  valid_from?: Dayjs | null;
  valid_until?: Dayjs | null;
  explains?: string[];
  sites?: string[];
  source?: string;
}

export function NoticeForm(props: EntryFormProps): JSX.Element {
  const { entry } = props;
  const [form] = Form.useForm<Values>();
  const topics = useStudioEntries(true, 'topic');
  const initial = useMemo(() => initialOf(entry?.value), [entry?.id]); // eslint-disable-line react-hooks/exhaustive-deps -- what is typed is not exchanged when the draft answers
  const valueOf = async (): Promise<EntryValue | null> => {
    try {
      const values = await form.validateFields();
      return {
        ...entry?.value,
        text: values.text.trim(),
        priority: values.priority ?? 0,
        valid_from: values.valid_from?.format(MINUTE) ?? null,
        valid_until: values.valid_until?.format(MINUTE) ?? null,
        explains: values.explains ?? [],
        sites: values.sites ?? [],
        source: emptyAsNull(values.source),
      };
    } catch {
      return null;
    }
  };
  const own = useEntryForm('notice', props, form, valueOf);
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onValuesChange={own.touch}>
      <Form.Item
        name="text"
        label={t.studio.notice_text}
        extra={t.studio.notice_hint}
        rules={[{ required: true, whitespace: true, message: t.missing }]}
      >
        <Input.TextArea maxLength={2000} showCount autoSize={{ minRows: 3 }} autoFocus={entry === null} />
      </Form.Item>
      <Form.Item name="source" label={t.studio.source} extra={t.studio.source_hint}>
        <Input maxLength={500} />
      </Form.Item>
      <div className="studio-pair">
        <Form.Item name="valid_from" label={t.studio.valid_from}>
          <DatePicker showTime={{ format: 'HH:mm' }} format={MINUTE} />
        </Form.Item>
        <Form.Item name="valid_until" label={t.studio.valid_until} extra={t.studio.valid_until_hint}>
          <DatePicker showTime={{ format: 'HH:mm', defaultOpenValue: LAST_MINUTE }} format={MINUTE} />
        </Form.Item>
      </div>
      <Form.Item name="explains" label={t.studio.explains} extra={t.studio.explains_hint}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={(topics.data ?? [])
            .filter(({ value }) => Array.isArray(value.steps))
            .map(({ id, title }) => ({ value: id, label: title }))}
        />
      </Form.Item>
      <div className="studio-pair">
        <Form.Item name="priority" label={t.studio.priority} extra={t.studio.priority_hint}>
          <InputNumber min={-1000} max={1000} />
        </Form.Item>
        <Form.Item name="sites" label={t.studio.sites} extra={t.studio.sites_hint}>
          <Select mode="tags" tokenSeparators={[',', '，', ' ']} open={false} />
        </Form.Item>
      </div>
      <FormButtons entry={entry} form={own} />
    </Form>
  );
}

function initialOf(value: EntryValue | undefined): Values {
  const time = (moment: unknown): Dayjs | null => (typeof moment === 'string' ? dayjs(moment) : null);
  return {
    text: typeof value?.text === 'string' ? value.text : '',
    priority: typeof value?.priority === 'number' ? value.priority : 0,
    valid_from: time(value?.valid_from),
    valid_until: time(value?.valid_until),
    explains: (value?.explains as string[] | undefined) ?? [],
    sites: (value?.sites as string[] | undefined) ?? [],
    source: typeof value?.source === 'string' ? value.source : '',
  };
}
