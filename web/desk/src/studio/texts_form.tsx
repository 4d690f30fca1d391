/** The texts of a procedure, a diagnosis, an answer or the organisation; how it works is changed in its file. */

import { Form, Input } from 'antd';
import { useMemo, type JSX } from 'react';
import type { EntryView } from '../core/protocol.ts';
import { placeName, textsOf, withTexts, type EntryValue, type TextPlace } from '../core/studio.ts';
import { nameOf, t } from '../i18n/strings.ts';
import { FormButtons } from './form_buttons.tsx';
import { useEntryForm, type EntryFormProps } from './form_handle.ts';

const LONG = 24;

export function TextsForm(props: EntryFormProps & { entry: EntryView }): JSX.Element {
  const { entry } = props;
  const [form] = Form.useForm<Record<string, string>>();
  const places = useMemo(() => textsOf(entry.kind, entry.value), [entry]);
  const valueOf = (): Promise<EntryValue | null> => {
    const typed = form.getFieldsValue();
    const texts = places.map(({ path, text }, index) => ({ path, text: (typed[String(index)] ?? text).trim() }));
    return Promise.resolve(withTexts(entry.kind, entry.value, texts));
  };
  const own = useEntryForm(entry.kind, props, form, valueOf);
  const parts = new Map<string, [number, TextPlace][]>();
  for (const [index, place] of places.entries()) {
    const name = placeName(entry.value, place.path);
    parts.set(name, [...(parts.get(name) ?? []), [index, place]]);
  }
  return (
    <Form form={form} layout="vertical" requiredMark={false} onValuesChange={own.touch}>
      <p className="muted">{t.studio.texts_lead}</p>
      {[...parts].map(([name, fields]) => (
        <fieldset key={name} className="studio-part">
          {name !== '' && <legend>{name}</legend>}
          {fields.map(([index, { path, text }]) => (
            <Form.Item
              key={path.join('.')}
              name={String(index)}
              label={nameOf(t.studio.fields, String(path.at(-1)))}
              initialValue={text}
            >
              {text.length > LONG ? (
                <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
              ) : (
                <Input maxLength={200} />
              )}
            </Form.Item>
          ))}
        </fieldset>
      ))}
      <FormButtons entry={entry} form={own} removable={false} />
    </Form>
  );
}
