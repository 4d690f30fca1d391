/** The main menu: which topics users may press at the greeting, and in which order. */

import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Result, Select, Space, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { Link } from 'wouter';
import { menuChanges, menuOf, moved, topicsOf, type MenuRow } from '../core/menu.ts';
import type { EntriesStored } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { BackToStudio } from '../studio/back_to_studio.tsx';
import { useStudioEntries } from '../studio/queries.ts';
import { SortableRows } from '../studio/sortable_rows.tsx';
import { TrialChat } from '../studio/trial_chat.tsx';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';
import { renew } from '../view/queries.ts';

const LONGEST = 20;
/** More are hardly read to the end; the check says so, too. */
const MOST = 8;

export default function StudioMenu(): JSX.Element {
  const { api } = useDesk();
  const queries = useQueryClient();
  const topics = useStudioEntries(true, 'topic');
  const [run, busy] = useAction();
  const [edited, setEdited] = useState<MenuRow[] | null>(null);
  const [problems, setProblems] = useState<readonly string[]>([]);
  if (topics.isError) return <Result status="warning" title={errorText(topics.error)} extra={<BackToStudio />} />;
  if (!topics.data) return <Spin className="page-spin" />;
  const entries = topics.data;
  const rows = edited ?? menuOf(entries);
  const changes = edited ? menuChanges(entries, edited) : [];
  const empty = rows.some(({ label }) => label.trim() === '');
  const save = async (): Promise<boolean> => {
    if (changes.length === 0) return true;
    if (empty) return false;
    return run(async () => {
      const stored = await api.request<EntriesStored>('POST', '/knowledge/draft/entries', { entries: changes });
      setProblems(stored.problems.map(({ id, message }) => `${id}：${message}`));
      if (stored.problems.length > 0) throw new Error(t.studio.menu.refused);
      await renew(queries, ['knowledge']);
      setEdited(null);
    }, t.studio.saved);
  };
  const inMenu = new Set(rows.map(({ id }) => id));
  return (
    <Page title={t.studio.menu.title} lead={t.studio.menu.lead} actions={<BackToStudio />}>
      <div className="studio-entry">
        <section aria-label={t.studio.menu.title}>
          <SortableRows
            label={t.studio.menu.title}
            rows={rows.map((row) => ({
              id: row.id,
              name: row.title,
              content: (
                <div className="studio-menu-row">
                  <Input
                    value={row.label}
                    maxLength={LONGEST}
                    status={row.label.trim() === '' ? 'error' : ''}
                    aria-label={fill(t.studio.menu.label_of, { title: row.title })}
                    onChange={({ target }) =>
                      setEdited(rows.map((it) => (it.id === row.id ? { ...it, label: target.value } : it)))
                    }
                  />
                  <Link href={`/studio/topic/${row.id}`} className="muted">
                    {row.title}
                  </Link>
                </div>
              ),
            }))}
            onMove={(from, to) => setEdited(moved(rows, from, to))}
            onRemove={(index) => setEdited(rows.toSpliced(index, 1))}
          />
          {rows.length === 0 && <p className="muted">{t.studio.menu.empty}</p>}
          {rows.length > MOST && <Alert type="info" showIcon title={fill(t.studio.menu.many, { most: MOST })} />}
          <Select
            className="studio-add"
            aria-label={t.studio.menu.add}
            placeholder={t.studio.menu.add}
            value={null}
            showSearch={{ optionFilterProp: 'label' }}
            options={topicsOf(entries)
              .filter(({ id }) => !inMenu.has(id))
              .map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(id: string | null) => {
              const topic = entries.find((it) => it.id === id);
              if (topic)
                setEdited([...rows, { id: topic.id, title: topic.title, label: topic.title.slice(0, LONGEST) }]);
            }}
          />
          {problems.length > 0 && <Alert type="error" showIcon title={problems.join('；')} />}
          <Space wrap className="studio-buttons">
            <Button type="primary" loading={busy} disabled={changes.length === 0 || empty} onClick={() => void save()}>
              {changes.length > 0 ? t.studio.save : t.studio.in_draft}
            </Button>
            {changes.length > 0 ? (
              <Button disabled={busy} onClick={() => setEdited(null)}>
                {t.studio.menu.undo}
              </Button>
            ) : (
              <Link href="/studio?tab=review" asChild>
                <Button>{t.studio.to_review}</Button>
              </Link>
            )}
          </Space>
        </section>
        <TrialChat beforeSend={save} />
      </div>
    </Page>
  );
}
