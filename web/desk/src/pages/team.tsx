/** What supervisors see: the board, and the quality of what was done. */

import { Tabs } from 'antd';
import type { JSX } from 'react';
import { t } from '../i18n/strings.ts';
import { useFilters } from '../view/location.ts';
import { Page } from '../view/page.tsx';
import { BlockList } from './block_list.tsx';
import { Board } from './board.tsx';
import { Quality } from './quality.tsx';

export function Team(): JSX.Element {
  const [{ tab }, setFilters] = useFilters();
  return (
    <Page title={t.nav.team} lead={t.team.lead}>
      <Tabs
        activeKey={tab ?? 'board'}
        onChange={(key) => setFilters({ tab: key })}
        items={[
          { key: 'board', label: t.team.board, children: <Board /> },
          { key: 'blocked', label: t.customer.list, children: <BlockList /> },
          { key: 'quality', label: t.team.quality, children: <Quality /> },
        ]}
      />
    </Page>
  );
}
