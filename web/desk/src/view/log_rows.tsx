/** What stands between the messages of a log. */

import { describeTime } from '@uwallet/shared/time.ts';
import { Button } from 'antd';
import type { JSX } from 'react';
import type { Part } from '../core/timeline.ts';
import { t } from '../i18n/strings.ts';

export function LogTime({ at, now }: { at: string; now: Date }): JSX.Element {
  return <div className="log-time">{describeTime(new Date(at), now, t.times)}</div>;
}

/** Who answers from here on. */
export function LogPart({ part }: { part: Part }): JSX.Element {
  return (
    <div className="log-part" data-part={part}>
      <span>{t.chat.parts[part]}</span>
    </div>
  );
}

export function EarlierMessages({ loading, onClick }: { loading: boolean; onClick: () => void }): JSX.Element {
  return (
    <div className="log-hint">
      <Button size="small" type="link" loading={loading} onClick={onClick}>
        {t.chat.earlier}
      </Button>
    </div>
  );
}
