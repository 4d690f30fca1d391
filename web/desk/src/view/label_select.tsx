/** Choosing labels, or making new ones by typing them. */

import { useQuery } from '@tanstack/react-query';
import { Select, type SelectProps } from 'antd';
import { useState, type JSX } from 'react';
import { t } from '../i18n/strings.ts';
import { useDesk } from './context.ts';

export function LabelSelect(props: SelectProps<string[]>): JSX.Element {
  const { api } = useDesk();
  const [open, setOpen] = useState(false);
  const labels = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  return (
    <Select<string[]>
      mode="tags"
      maxCount={10}
      tokenSeparators={[',', '，', '、']}
      placeholder={t.details.labels_placeholder}
      aria-label={t.details.labels}
      options={(labels.data ?? []).map(({ label }) => ({ value: label, label }))}
      // An empty list would only cover what is below.
      notFoundContent={null}
      open={open}
      onOpenChange={setOpen}
      // What was chosen is seen, and what stands below the list can be reached.
      onSelect={() => setOpen(false)}
      {...props}
    />
  );
}
