/** What windows show as asked most: pinned questions in an order, what is counted, and what is hidden. */

import { PlusOutlined } from '@ant-design/icons';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Button, Checkbox, DatePicker, Form, Input, Result, Segmented, Select, Spin, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMemo, useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import type { HotPreview, HotQuestions, PinValue } from '../core/protocol.ts';
import { emptyAsNull, type EntryValue } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { FormButtons } from './form_buttons.tsx';
import { useEntryForm, type EntryFormProps } from './form_handle.ts';
import { SortableRows } from './sortable_rows.tsx';

export const HOT_QUESTIONS = 'hot_questions';
const DAY = 'YYYY-MM-DD';
const DAYS = [7, 30];

interface PinFields {
  answer?: string;
  question?: string;
  valid_from?: Dayjs | null;
  valid_until?: Dayjs | null;
  sites?: string[];
  at_welcome?: boolean;
}

interface Values {
  days: number;
  pinned: PinFields[];
  hidden: string[];
}

export function HotForm(props: EntryFormProps): JSX.Element {
  const [site, setSite] = useState<string | undefined>();
  const preview = useHotPreview(site);
  if (preview.isError) return <Result status="warning" title={errorText(preview.error)} />;
  if (!preview.data) return <Spin />;
  return <Fields {...props} preview={preview.data} onSite={setSite} />;
}

function useHotPreview(site: string | undefined): UseQueryResult<HotPreview> {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['knowledge', 'hot', site],
    queryFn: () => api.request<HotPreview>('GET', '/knowledge/hot-questions' + search({ site })),
    placeholderData: (previous) => previous,
  });
}

type FieldsProps = EntryFormProps & { preview: HotPreview; onSite: (site: string) => void };

function Fields({ preview, onSite, ...props }: FieldsProps): JSX.Element {
  const { entry } = props;
  const [form] = Form.useForm<Values>();
  const initial = useMemo(() => initialOf(entry?.value as unknown as HotQuestions | undefined, preview), [entry?.id]); // eslint-disable-line react-hooks/exhaustive-deps -- what is typed is not exchanged when the draft answers
  const valueOf = async (): Promise<EntryValue | null> => {
    try {
      await form.validateFields();
    } catch {
      return null;
    }
    const { days, pinned, hidden } = form.getFieldsValue(true) as Values;
    return { days, pinned: pinned.map(valueOfPin), hidden };
  };
  const own = useEntryForm('hot_questions', props, form, valueOf, { id: HOT_QUESTIONS });
  const words = t.studio.hot;
  const answers = preview.candidates.map(({ answer, text, month }) => ({
    value: answer,
    label: fill(words.candidate, { text, count: month }),
  }));
  const textOf = (answer: string | undefined): string =>
    preview.candidates.find((it) => it.answer === answer)?.text ?? '';
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onValuesChange={own.touch}>
      <Form.Item name="days" label={words.days} extra={words.days_hint}>
        <Segmented
          options={[...new Set([...DAYS, initial.days])].map((count) => ({
            value: count,
            label: fill(t.groups.days, { count }),
          }))}
        />
      </Form.Item>
      <h3>{words.pinned}</h3>
      <p className="muted">{words.pinned_lead}</p>
      <Form.List name="pinned">
        {(fields, { add, remove, move }) => {
          const change = (what: () => void): void => {
            what();
            own.touch();
          };
          return (
            <>
              <SortableRows
                label={words.pinned}
                rows={fields.map(({ key, name }) => ({
                  id: key,
                  name: fill(words.pin_of, { number: name + 1 }),
                  content: <PinFieldset name={name} answers={answers} sites={preview.sites} textOf={textOf} />,
                }))}
                onMove={(from, to) => change(() => move(from, to))}
                onRemove={(index) => change(() => remove(index))}
              />
              <Button icon={<PlusOutlined />} onClick={() => change(() => add({ at_welcome: true }))}>
                {words.pin_add}
              </Button>
            </>
          );
        }}
      </Form.List>
      <Form.Item name="hidden" label={words.hidden} extra={words.hidden_hint} className="studio-source">
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={answers} />
      </Form.Item>
      <FormButtons entry={entry} form={own} removable={false} />
      <Preview preview={preview} dirty={own.dirty} onSite={onSite} />
    </Form>
  );
}

interface PinFieldsetProps {
  name: number;
  answers: { value: string; label: string }[];
  sites: readonly string[];
  textOf: (answer: string | undefined) => string;
}

function PinFieldset({ name, answers, sites, textOf }: PinFieldsetProps): JSX.Element {
  const words = t.studio.hot;
  return (
    <>
      <Form.Item
        name={[name, 'answer']}
        label={words.answer}
        rules={[{ required: true, message: t.missing }]}
        className="studio-tight"
      >
        <Select showSearch={{ optionFilterProp: 'label' }} options={answers} />
      </Form.Item>
      <Form.Item noStyle dependencies={[['pinned', name, 'answer']]}>
        {({ getFieldValue }) => (
          <Form.Item name={[name, 'question']} label={words.question} className="studio-tight">
            <Input
              maxLength={200}
              placeholder={textOf(getFieldValue(['pinned', name, 'answer']) as string | undefined)}
            />
          </Form.Item>
        )}
      </Form.Item>
      <div className="studio-pair">
        <Form.Item name={[name, 'valid_from']} label={t.studio.valid_from} className="studio-tight">
          <DatePicker />
        </Form.Item>
        <Form.Item
          name={[name, 'valid_until']}
          label={t.studio.valid_until}
          className="studio-tight"
          dependencies={[['pinned', name, 'valid_from']]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, until: Dayjs | null | undefined) => {
                const from = getFieldValue(['pinned', name, 'valid_from']) as Dayjs | null | undefined;
                return from && until?.isBefore(from, 'day')
                  ? Promise.reject(new Error(words.days_reversed))
                  : Promise.resolve();
              },
            }),
          ]}
        >
          <DatePicker />
        </Form.Item>
        <Form.Item name={[name, 'sites']} label={t.studio.sites} className="studio-tight">
          <Select
            mode="multiple"
            placeholder={words.all_sites}
            options={sites.map((value) => ({ value, label: value }))}
          />
        </Form.Item>
      </div>
      <Form.Item name={[name, 'at_welcome']} valuePropName="checked" noStyle>
        <Checkbox>{words.at_welcome}</Checkbox>
      </Form.Item>
    </>
  );
}

interface PreviewProps {
  preview: HotPreview;
  dirty: boolean;
  onSite: (site: string) => void;
}

/** What a window would show now, of what the draft has. */
function Preview({ preview, dirty, onSite }: PreviewProps): JSX.Element {
  const words = t.studio.hot;
  return (
    <section className="studio-part studio-preview" aria-label={words.preview}>
      <div className="studio-trial-head">
        <h3>{words.preview}</h3>
        {preview.sites.length > 1 && (
          <Select
            size="small"
            aria-label={t.studio.sites}
            value={preview.site}
            onChange={onSite}
            options={preview.sites.map((value) => ({ value, label: value }))}
          />
        )}
      </div>
      <p className="muted">{dirty ? words.preview_old : words.preview_lead}</p>
      <ol>
        {preview.shown.map(({ answer, text, pinned, at_welcome: atWelcome, count }) => (
          <li key={answer}>
            {text} {pinned && <Tag color="blue">{words.is_pinned}</Tag>}
            {atWelcome && <Tag>{words.is_at_welcome}</Tag>}
            <span className="muted">{fill(words.count, { count })}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function valueOfPin({ answer, question, valid_from, valid_until, sites, at_welcome }: PinFields): PinValue {
  return {
    answer: answer ?? '',
    question: emptyAsNull(question),
    valid_from: valid_from?.format(DAY) ?? null,
    valid_until: valid_until?.format(DAY) ?? null,
    sites: sites ?? [],
    at_welcome: at_welcome ?? true,
  };
}

function initialOf(value: HotQuestions | undefined, preview: HotPreview): Values {
  // Knowledge from before there was the file: what is pinned stays so.
  const pinned: Partial<PinValue>[] =
    value?.pinned ?? (value ? [] : preview.shown.filter((it) => it.pinned).map(({ answer }) => ({ answer })));
  return {
    days: value?.days ?? preview.days,
    pinned: pinned.map((pin) => ({
      ...pin,
      question: pin.question ?? '',
      valid_from: pin.valid_from ? dayjs(pin.valid_from) : null,
      valid_until: pin.valid_until ? dayjs(pin.valid_until) : null,
      sites: pin.sites ?? [],
      at_welcome: pin.at_welcome ?? true,
    })),
    hidden: value?.hidden ?? [],
  };
}
