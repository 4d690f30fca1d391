/** A question with one answer. */

import { AutoComplete, Collapse, DatePicker, Form, Input, Select, type FormInstance } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMemo, type JSX } from 'react';
import { emptyAsNull, linesOf, newId, type EntryValue, type StudioFaq } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';
import { useDesk } from '../view/context.ts';
import { FormButtons } from './form_buttons.tsx';
import { useEntryForm, type EntryFormProps } from './form_handle.ts';
import { useKnowledge, useStudioEntries, type NewFaq } from './queries.ts';
import { RelatedField } from './related_field.tsx';

const DAY = 'YYYY-MM-DD';
const CHANNELS = ['widget', 'api'] as const;

interface Values {
  question: string;
  similar: string;
  answer: string;
  category: string;
  buttons?: string[];
  related?: string[];
  valid_from?: Dayjs | null;
  valid_until?: Dayjs | null;
  outdated?: string;
  source?: string;
  sites?: string[];
  channels?: string[];
  link_title?: string;
  link_url?: string;
}

export function FaqForm({ from, ...props }: EntryFormProps & { from: NewFaq | null }): JSX.Element {
  const { api } = useDesk();
  const { entry } = props;
  const [form] = Form.useForm<Values>();
  const knowledge = useKnowledge();
  const topics = useStudioEntries(true, 'topic');
  const categories = useMemo(() => knowledge.data?.categories ?? [], [knowledge.data]);
  const initial = useMemo(() => initialOf(entry?.value as StudioFaq | undefined, from), [entry?.id]); // eslint-disable-line react-hooks/exhaustive-deps -- what is typed is not exchanged when the draft answers
  const titleOf = (id: string): string => categories.find((it) => it.id === id)?.title ?? id;

  const valueOf = async (): Promise<EntryValue | null> => {
    try {
      await form.validateFields();
    } catch {
      return null;
    }
    // Also what stands in a part that is folded away.
    const values = form.getFieldsValue(true) as Values;
    const name = values.category.trim();
    const known = categories.find(({ id, title }) => title === name || id === name);
    const link =
      values.link_url && values.link_title ? { title: values.link_title.trim(), url: values.link_url.trim() } : null;
    const value: StudioFaq = {
      ...(entry?.value as StudioFaq | undefined),
      category: known?.id ?? newId('category', Date.now()),
      question: values.question.trim(),
      similar: linesOf(values.similar),
      answer: values.answer.trim(),
      link,
      buttons: values.buttons ?? [],
      related: values.related ?? [],
      valid_from: values.valid_from?.format(DAY) ?? null,
      valid_until: values.valid_until?.format(DAY) ?? null,
      outdated: emptyAsNull(values.outdated),
      source: emptyAsNull(values.source),
      sites: values.sites ?? [],
      channels: values.channels ?? [],
    };
    if (known) delete value.category_title;
    else value.category_title = name;
    return value;
  };
  const own = useEntryForm(
    'faq',
    props,
    form,
    valueOf,
    from
      ? {
          onStored: (id) =>
            api.request('PUT', from.settles.path, {
              ...from.settles.body,
              state: 'handled',
              handled_as: 'faq',
              answer: `faq/${id}`,
            }),
        }
      : {},
  );
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ ...initial, category: initial.category === '' ? '' : titleOf(initial.category) }}
      key={`${entry?.id ?? 'new'} ${knowledge.isSuccess}`}
      onValuesChange={own.touch}
    >
      <Form.Item name="question" label={t.studio.question} extra={t.studio.question_hint} rules={missing}>
        <Input maxLength={200} autoFocus={entry === null} />
      </Form.Item>
      <Form.Item
        name="similar"
        label={t.studio.similar}
        extra={
          <Form.Item noStyle dependencies={['similar']}>
            {() => countOf(form)}
          </Form.Item>
        }
        rules={missing}
      >
        <Input.TextArea autoSize={{ minRows: 4, maxRows: 14 }} />
      </Form.Item>
      <Form.Item name="answer" label={t.studio.answer} rules={missing}>
        <Input.TextArea maxLength={2000} showCount autoSize={{ minRows: 4, maxRows: 16 }} />
      </Form.Item>
      <Form.Item name="source" label={t.studio.source} extra={t.studio.source_hint}>
        <Input maxLength={500} />
      </Form.Item>
      <Form.Item name="category" label={t.studio.category} extra={t.studio.category_hint} rules={missing}>
        <AutoComplete
          options={categories.map(({ title }) => ({ value: title }))}
          showSearch={{ filterOption: (typed, option) => (option?.value ?? '').includes(typed) }}
        >
          <Input maxLength={200} />
        </AutoComplete>
      </Form.Item>
      <Collapse
        ghost
        className="studio-more"
        items={[
          {
            key: 'more',
            label: t.studio.more,
            forceRender: true,
            children: (
              <>
                <Form.Item name="buttons" label={t.studio.buttons} extra={t.studio.buttons_hint}>
                  <Select
                    mode="multiple"
                    maxCount={4}
                    showSearch={{ optionFilterProp: 'label' }}
                    options={(topics.data ?? []).map(({ id, title }) => ({ value: id, label: title }))}
                  />
                </Form.Item>
                <RelatedField kind="faq" label={t.studio.related} own={entry?.id} />
                <div className="studio-pair">
                  <Form.Item name="link_title" label={t.studio.link_title}>
                    <Input maxLength={200} />
                  </Form.Item>
                  <Form.Item name="link_url" label={t.studio.link_url}>
                    <Input maxLength={2000} placeholder="https://" />
                  </Form.Item>
                </div>
                <div className="studio-pair">
                  <Form.Item name="valid_from" label={t.studio.valid_from}>
                    <DatePicker />
                  </Form.Item>
                  <Form.Item name="valid_until" label={t.studio.valid_until}>
                    <DatePicker />
                  </Form.Item>
                </div>
                <Form.Item name="outdated" label={t.studio.outdated} extra={t.studio.outdated_hint}>
                  <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
                </Form.Item>
                <div className="studio-pair">
                  <Form.Item name="sites" label={t.studio.sites} extra={t.studio.sites_hint}>
                    <Select mode="tags" tokenSeparators={[',', '，', ' ']} open={false} />
                  </Form.Item>
                  <Form.Item name="channels" label={t.studio.channels}>
                    <Select
                      mode="multiple"
                      options={CHANNELS.map((value) => ({ value, label: t.studio.channel[value] }))}
                    />
                  </Form.Item>
                </div>
              </>
            ),
          },
        ]}
      />
      <FormButtons entry={entry} form={own} />
    </Form>
  );
}

function countOf(form: FormInstance<Values>): string {
  const typed = form.getFieldValue('similar') as string | undefined;
  return fill(t.studio.similar_hint, { count: linesOf(typed ?? '').length });
}

function initialOf(faq: StudioFaq | undefined, from: NewFaq | null): Values {
  if (!faq) {
    const [question = '', ...others] = from?.wordings ?? [];
    const { answer = '', source = '' } = from ?? {};
    return { question, similar: others.join('\n'), answer, source, category: '' };
  }
  const link = faq.link as { title: string; url: string } | null | undefined;
  return {
    question: faq.question,
    similar: faq.similar.join('\n'),
    answer: faq.answer,
    category: faq.category,
    buttons: faq.buttons ?? [],
    related: (faq.related as string[] | undefined) ?? [],
    valid_from: faq.valid_from ? dayjs(faq.valid_from) : null,
    valid_until: faq.valid_until ? dayjs(faq.valid_until) : null,
    outdated: faq.outdated ?? '',
    source: (faq.source as string | null | undefined) ?? '',
    sites: faq.sites ?? [],
    channels: faq.channels ?? [],
    link_title: link?.title ?? '',
    link_url: link?.url ?? '',
  };
}
