/** The form of one entry with a chat beside it that plays the draft. */

import { useQuery } from '@tanstack/react-query';
import { Result, Spin, Tabs } from 'antd';
import { useRef, useState, type JSX } from 'react';
import { ApiError } from '../core/api.ts';
import type { EntryView } from '../core/protocol.ts';
import { EDITABLE, type EditableKind } from '../core/studio.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';
import { BackToStudio } from './back_to_studio.tsx';
import { EntryFigures } from './entry_figures.tsx';
import { EntryHistory } from './entry_history.tsx';
import { FaqForm } from './faq_form.tsx';
import type { FormHandle } from './form_handle.ts';
import { HotForm } from './hot_form.tsx';
import { NoticeForm } from './notice_form.tsx';
import { titleOf } from './names.ts';
import { ProcedureForm } from './procedure_form.tsx';
import { useBegunFaq } from './queries.ts';
import { TextsForm } from './texts_form.tsx';
import { TrialChat } from './trial_chat.tsx';

const NEW = 'new';

export default function EntryPage({ kind, id }: { kind: string; id: string }): JSX.Element {
  const { api } = useDesk();
  const isNew = id === NEW;
  // An entry that was just added keeps its page: the chat beside it goes on.
  const [addedId, setAddedId] = useState<string | null>(null);
  const from = useBegunFaq(isNew);
  const handle = useRef<FormHandle | null>(null);
  const entryId = addedId ?? (isNew ? null : id);
  const found = useQuery({
    queryKey: ['knowledge', 'entry', kind, entryId],
    queryFn: () => api.request<EntryView>('GET', `/knowledge/entries/${kind}/${entryId ?? ''}`),
    enabled: entryId !== null,
    // What is being typed is not exchanged below the hands.
    refetchOnWindowFocus: false,
  });
  if (!(EDITABLE as readonly string[]).includes(kind)) return <Result status="404" title={t.studio.not_found} />;
  // Knowledge from before there was this file has none: it begins with the first change.
  const isMissing = kind === 'hot_questions' && found.error instanceof ApiError && found.error.code === 'not_found';
  if (found.isError && !isMissing) {
    return <Result status="warning" title={errorText(found.error)} extra={<BackToStudio />} />;
  }
  const entry = found.data ?? null;
  if (entryId !== null && entry === null && addedId === null && !isMissing) return <Spin className="page-spin" />;
  const shared = { entry, handle, onAdded: setAddedId };
  return (
    <Page
      title={
        entry
          ? titleOf(entry)
          : isMissing
            ? t.studio.kinds.hot_questions
            : t.studio.new_of[kind as 'faq' | 'notice' | 'topic']
      }
      lead={entry ? fill(t.studio.entry_lead, { kind: t.studio.kinds[kind as EditableKind] }) : t.studio.new_lead}
      actions={<BackToStudio />}
    >
      <div className="studio-entry">
        <section aria-label={t.studio.form}>
          <Tabs
            items={[
              {
                key: 'form',
                label: t.studio.form,
                children:
                  kind === 'faq' ? (
                    <FaqForm {...shared} from={from} />
                  ) : kind === 'notice' ? (
                    <NoticeForm {...shared} />
                  ) : kind === 'hot_questions' ? (
                    <HotForm {...shared} />
                  ) : kind === 'topic' && (entry === null || entry.value.kind === 'procedure') ? (
                    <ProcedureForm {...shared} />
                  ) : (
                    entry && <TextsForm {...shared} entry={entry} />
                  ),
              },
              ...(entry && (kind === 'faq' || kind === 'topic')
                ? [
                    {
                      key: 'figures',
                      label: t.answer_figures.tab,
                      children: <EntryFigures kind={kind} id={entry.id} />,
                    },
                  ]
                : []),
              ...(entry
                ? [{ key: 'history', label: t.studio.history, children: <EntryHistory kind={kind} id={entry.id} /> }]
                : []),
            ]}
          />
        </section>
        <TrialChat beforeSend={() => handle.current?.save() ?? Promise.resolve(true)} />
      </div>
    </Page>
  );
}
