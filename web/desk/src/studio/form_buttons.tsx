/** The buttons under the form of an entry. */

import { Button, Space } from 'antd';
import type { JSX } from 'react';
import { Link } from 'wouter';
import type { EntryView } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';

export function FormButtons({
  entry,
  form,
  removable = true,
}: {
  entry: EntryView | null;
  form: { save: () => Promise<boolean>; remove: () => void; reset: () => void; busy: boolean; dirty: boolean };
  removable?: boolean;
}): JSX.Element {
  return (
    <Space wrap className="studio-buttons">
      <Button type="primary" loading={form.busy} disabled={!form.dirty} onClick={() => void form.save()}>
        {form.dirty ? t.studio.save : t.studio.in_draft}
      </Button>
      {entry && !form.dirty && (
        <Link href="/studio?tab=review" asChild>
          <Button>{t.studio.to_review}</Button>
        </Link>
      )}
      {entry?.change && entry.change !== 'added' && (
        <Button disabled={form.busy} onClick={form.reset}>
          {t.studio.reset}
        </Button>
      )}
      {entry && removable && entry.change !== 'removed' && (
        <Button danger disabled={form.busy} onClick={form.remove}>
          {t.studio.remove}
        </Button>
      )}
    </Space>
  );
}
