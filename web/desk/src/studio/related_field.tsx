/** What is offered after an answer: a few others of its kind. */

import { Form, Select } from 'antd';
import type { JSX } from 'react';
import { useStudioEntries } from './queries.ts';

const MOST = 4;

interface RelatedFieldProps {
  kind: 'faq' | 'topic';
  label: string;
  /** Id of the entry that is edited, which is not offered after itself; undefined of a new one. */
  own: string | undefined;
}

export function RelatedField({ kind, label, own }: RelatedFieldProps): JSX.Element {
  const entries = useStudioEntries(true, kind);
  return (
    <Form.Item name="related" label={label}>
      <Select
        mode="multiple"
        maxCount={MOST}
        showSearch={{ optionFilterProp: 'label' }}
        options={(entries.data ?? [])
          .filter(({ id, change }) => id !== own && change !== 'removed')
          .map(({ id, title }) => ({ value: id, label: title }))}
      />
    </Form.Item>
  );
}
