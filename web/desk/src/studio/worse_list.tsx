/** What a regression lists: messages and turns that are answered otherwise than by what is published. */

import { Collapse } from 'antd';
import type { JSX } from 'react';
import { Link } from 'wouter';
import type { Worse } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';

const { worse: names } = t.studio;

export function WorseList({ worse }: { worse: readonly Worse[] }): JSX.Element | null {
  if (worse.length === 0) return null;
  return (
    <Collapse
      ghost
      size="small"
      items={[
        {
          key: 'worse',
          label: fill(names.show, { count: worse.length }),
          children: (
            <ul className="studio-worse">
              {worse.map((it, index) => (
                <li key={index}>
                  <WorseRow worse={it} />
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}

function WorseRow({ worse }: { worse: Worse }): JSX.Element {
  const { source, conversation_id: conversation, turn, text, expected, before, after } = worse;
  const place = turn === null ? fill(names.set, { source }) : fill(names.turn, { source, turn });
  return (
    <>
      <div>
        {text !== '' && <strong>{fill(names.said, { text })}</strong>}{' '}
        {conversation === null ? (
          <span className="muted small">{place}</span>
        ) : (
          <Link href={`/conversations/${conversation}`}>{fill(names.open, { turn: turn ?? 1 })}</Link>
        )}
      </div>
      <dl>
        {expected !== '' && (
          <div>
            <dt>{names.expected}</dt>
            <dd>{expected}</dd>
          </div>
        )}
        <div>
          <dt>{names.before}</dt>
          <dd>{before === '' ? names.nothing : before}</dd>
        </div>
        <div>
          <dt>{names.after}</dt>
          <dd>{after === '' ? names.nothing : after}</dd>
        </div>
      </dl>
    </>
  );
}
