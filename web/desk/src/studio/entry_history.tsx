/** Who has changed an entry, and what. */

import { useQuery } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { Empty, Result, Spin, Tag, Timeline } from 'antd';
import type { JSX } from 'react';
import type { EntryPast } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk, useNow } from '../view/context.ts';
import { Changes } from './changes.tsx';

export function EntryHistory({ kind, id }: { kind: string; id: string }): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const found = useQuery({
    queryKey: ['knowledge', 'history', kind, id],
    queryFn: () => api.request<EntryPast[]>('GET', `/knowledge/entries/${kind}/${id}/history`),
  });
  if (found.isError) return <Result status="warning" title={errorText(found.error)} />;
  if (!found.data) return <Spin />;
  if (found.data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.studio.no_history} />;
  return (
    <Timeline
      items={found.data.map((past, index, all) => ({
        content: (
          <>
            <strong>{past.author}</strong> {describeTime(new Date(past.at), now, t.times)}{' '}
            <Tag>{t.studio.change[past.change]}</Tag>
            <span className="muted">{fill(t.studio.in_version, { number: past.version })}</span>
            <Changes before={all[index + 1]?.value ?? null} after={past.value} />
          </>
        ),
      }))}
    />
  );
}
