/** What differs between two values of an entry, field by field. */

import type { JSX } from 'react';
import { changesOf } from '../core/studio.ts';
import { nameOf, t } from '../i18n/strings.ts';

export function Changes({ before, after }: { before: unknown; after: unknown }): JSX.Element {
  return (
    <dl className="studio-changes">
      {changesOf(before, after).map((change) => (
        <div key={change.field}>
          <dt>{fieldName(change.field)}</dt>
          {change.before !== '' && (
            <dd>
              <del>{change.before}</del>
            </dd>
          )}
          {change.after !== '' && (
            <dd>
              <ins>{change.after}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** The names of a path: `steps[2].text` is 步骤 2 · 内容. */
function fieldName(field: string): string {
  return field
    .split('.')
    .map((part) => {
      const [, name = part, number] = /^(.*?)(?:\[(\d+)\])?$/.exec(part) ?? [];
      return nameOf(t.studio.fields, name) + (number === undefined ? '' : ` ${number}`);
    })
    .join(' · ');
}
