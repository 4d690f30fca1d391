/** The studio: what the bot answers, for those who own the content. Nothing goes live before it is published. */

import { Alert, Button, Dropdown, Space, Tabs, Tag } from 'antd';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import { fill, t } from '../i18n/strings.ts';
import { EntryList } from '../studio/entry_list.tsx';
import { FiguresTab } from '../studio/figures_tab.tsx';
import { ImportMenu } from '../studio/import_menu.tsx';
import { useKnowledge } from '../studio/queries.ts';
import { Review } from '../studio/review.tsx';
import { VersionList } from '../studio/version_list.tsx';
import { errorText } from '../view/context.ts';
import { useFilters } from '../view/location.ts';
import { Page } from '../view/page.tsx';

export default function Studio(): JSX.Element {
  const knowledge = useKnowledge();
  const [filters, change] = useFilters();
  const [, navigate] = useLocation();
  const draft = knowledge.data?.draft ?? null;
  return (
    <Page
      title={t.studio.title}
      lead={t.studio.lead}
      actions={
        <Space wrap>
          <ImportMenu />
          <Dropdown
            menu={{
              items: [
                { key: '/studio/menu', label: t.studio.menu.title },
                { key: '/studio/hot_questions/hot_questions', label: t.studio.kinds.hot_questions },
              ],
              onClick: ({ key }) => navigate(key),
            }}
          >
            <Button>{t.studio.windows}</Button>
          </Dropdown>
          <Button onClick={() => navigate('/studio/topic/new')}>{t.studio.new_topic}</Button>
          <Button onClick={() => navigate('/studio/notice/new')}>{t.studio.new_notice}</Button>
          <Button type="primary" onClick={() => navigate('/studio/faq/new')}>
            {t.studio.new_faq}
          </Button>
        </Space>
      }
    >
      <div className="toolbar" role="status">
        {knowledge.data && (
          <>
            <Tag color="green">{fill(t.studio.published, { number: knowledge.data.published.number })}</Tag>
            {knowledge.data.pilot && (
              <Tag color="blue">{fill(t.studio.pilot.running, { number: knowledge.data.pilot.number })}</Tag>
            )}
            <Tag color={draft && draft.changes > 0 ? 'orange' : 'default'}>
              {draft ? fill(t.studio.changes, { count: draft.changes }) : t.studio.no_draft}
            </Tag>
          </>
        )}
      </div>
      {knowledge.isError && <Alert type="warning" showIcon title={errorText(knowledge.error)} />}
      {knowledge.data?.problem && <Alert type="warning" showIcon title={knowledge.data.problem} />}
      <Tabs
        activeKey={filters.tab ?? 'entries'}
        onChange={(tab) => change({ tab: tab === 'entries' ? null : tab })}
        destroyOnHidden
        items={[
          { key: 'entries', label: t.studio.tabs.entries, children: <EntryList /> },
          { key: 'figures', label: t.studio.tabs.figures, children: <FiguresTab /> },
          { key: 'review', label: t.studio.tabs.review, children: <Review /> },
          { key: 'versions', label: t.studio.tabs.versions, children: <VersionList /> },
        ]}
      />
    </Page>
  );
}
