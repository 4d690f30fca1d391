/** A procedure: how users ask for it, and its steps. */

import { Checkbox, Collapse, Form, Input, type FormInstance } from 'antd';
import { useMemo, type JSX } from 'react';
import { emptyAsNull, linesOf, withStepIds, type EntryValue, type StudioStep } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';
import { FormButtons } from './form_buttons.tsx';
import { useEntryForm, type EntryFormProps } from './form_handle.ts';
import { useStudioEntries } from './queries.ts';
import { RelatedField } from './related_field.tsx';
import { StepList } from './step_list.tsx';

/** A classifier is trained on five folds. */
const FEWEST = 5;

interface Values {
  title: string;
  examples: string;
  intro?: string;
  steps: StudioStep[];
  in_menu?: boolean;
  menu_label?: string;
  warning?: string;
  finished?: string;
  source?: string;
  related?: string[];
}

interface Procedure {
  title: string;
  intro: string;
  steps: StudioStep[];
  menu?: { position: number; label: string } | null;
  warning?: { text: string; accept_label: string; decline_label: string } | null;
  finished?: string | null;
  source?: string | null;
  related?: string[];
}

export function ProcedureForm(props: EntryFormProps): JSX.Element {
  const { entry } = props;
  const [form] = Form.useForm<Values>();
  const topics = useStudioEntries(true, 'topic');
  const initial = useMemo(() => initialOf(entry), [entry?.id]); // eslint-disable-line react-hooks/exhaustive-deps -- what is typed is not exchanged when the draft answers
  const valueOf = async (): Promise<EntryValue | null> => {
    try {
      await form.validateFields();
    } catch {
      return null;
    }
    const values = form.getFieldsValue(true) as Values;
    const before = entry?.value as unknown as Procedure | undefined;
    const title = values.title.trim();
    const value: Record<string, unknown> = {
      ...entry?.value,
      kind: 'procedure',
      title,
      intro: emptyAsNull(values.intro) ?? fill(t.studio.intro_default, { title }),
      steps: withStepIds(values.steps.map(tidied), Date.now()),
      related: values.related ?? [],
      menu: values.in_menu
        ? {
            position: before?.menu?.position ?? nextPosition((topics.data ?? []).map((topic) => topic.value)),
            label: emptyAsNull(values.menu_label) ?? title,
          }
        : null,
      warning: emptyAsNull(values.warning)
        ? {
            accept_label: before?.warning?.accept_label ?? t.studio.warning_accept,
            decline_label: before?.warning?.decline_label ?? t.studio.warning_decline,
            text: emptyAsNull(values.warning),
          }
        : null,
      finished: emptyAsNull(values.finished),
      source: emptyAsNull(values.source),
    };
    // A field that is not there is shorter in the file than one that says nothing.
    return Object.fromEntries(
      Object.entries(value).filter(([name, it]) => it !== null || (entry !== null && name in entry.value)),
    );
  };
  const own = useEntryForm('topic', props, form, valueOf, {
    examples: () => linesOf(form.getFieldValue('examples') as string),
  });
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onValuesChange={own.touch}>
      <Form.Item name="title" label={t.studio.topic_title} extra={t.studio.topic_title_hint} rules={missing}>
        <Input maxLength={30} autoFocus={entry === null} />
      </Form.Item>
      <Form.Item
        name="examples"
        label={t.studio.examples}
        extra={
          <Form.Item noStyle dependencies={['examples']}>
            {() => fill(t.studio.examples_hint, { count: countOf(form) })}
          </Form.Item>
        }
        rules={[
          {
            validator: () =>
              countOf(form) < FEWEST ? Promise.reject(new Error(t.studio.examples_few)) : Promise.resolve(),
          },
        ]}
      >
        <Input.TextArea autoSize={{ minRows: 5, maxRows: 14 }} />
      </Form.Item>
      <Form.Item name="intro" label={t.studio.intro} extra={t.studio.intro_hint}>
        <Input.TextArea
          maxLength={500}
          autoSize={{ minRows: 1 }}
          placeholder={fill(t.studio.intro_default, { title: t.studio.topic_title })}
        />
      </Form.Item>
      <StepList onMoved={own.touch} />
      <Form.Item name="source" label={t.studio.source} extra={t.studio.source_hint} className="studio-source">
        <Input maxLength={500} />
      </Form.Item>
      <Collapse
        ghost
        className="studio-more"
        items={[
          {
            key: 'more',
            label: t.studio.topic_more,
            forceRender: true,
            children: (
              <>
                <Form.Item name="in_menu" valuePropName="checked">
                  <Checkbox>{t.studio.in_menu}</Checkbox>
                </Form.Item>
                <Form.Item name="menu_label" label={t.studio.menu_label}>
                  <Input maxLength={20} />
                </Form.Item>
                <Form.Item name="warning" label={t.studio.warning} extra={t.studio.warning_hint}>
                  <Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} />
                </Form.Item>
                <Form.Item name="finished" label={t.studio.finished}>
                  <Input.TextArea maxLength={500} autoSize={{ minRows: 1 }} />
                </Form.Item>
                <RelatedField kind="topic" label={t.studio.related_topics} own={entry?.id} />
              </>
            ),
          },
        ]}
      />
      <FormButtons entry={entry} form={own} removable={entry?.change === 'added'} />
    </Form>
  );
}

function countOf(form: FormInstance<Values>): number {
  return linesOf((form.getFieldValue('examples') as string | undefined) ?? '').length;
}

function tidied(step: StudioStep): StudioStep {
  const { is_fallback: isFallback, ...rest } = step;
  const texts = { title: step.title.trim(), text: step.text.trim(), trouble: step.trouble.trim() };
  return isFallback ? { ...rest, ...texts, is_fallback: true } : { ...rest, ...texts };
}

function nextPosition(values: readonly EntryValue[]): number {
  const taken = values.map(({ menu }) => (menu as { position?: number } | null | undefined)?.position ?? 0);
  return Math.max(0, ...taken) + 1;
}

function initialOf(entry: EntryFormProps['entry']): Values {
  if (!entry) return { title: '', examples: '', steps: [{ title: '', text: '', trouble: '' }] };
  const value = entry.value as unknown as Procedure;
  return {
    title: value.title,
    examples: (entry.examples ?? []).join('\n'),
    intro: value.intro,
    steps: value.steps.map((step) => ({ ...step })),
    in_menu: Boolean(value.menu),
    menu_label: value.menu?.label ?? '',
    warning: value.warning?.text ?? '',
    finished: value.finished ?? '',
    source: value.source ?? '',
    related: value.related ?? [],
  };
}
