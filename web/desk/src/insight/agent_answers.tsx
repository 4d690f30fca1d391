/** What agents have answered in closed chats, by meaning: each becomes a draft with one click. Nothing goes live by it. */

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { App, Button, Card, Empty, Result, Segmented, Select, Space, Spin, Tag } from 'antd';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { wordingsOf } from '../core/groups.ts';
import { dayIn } from '../core/insight.ts';
import type { AgentAnswersPage, AgentAnswerView, QuestionGroupView } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useNewFaq, useStudioEntries, useStudioRole } from '../studio/queries.ts';
import { addWordings } from '../studio/requests.ts';
import { errorText, useAction, useDesk, useNow } from '../view/context.ts';
import { renew } from '../view/queries.ts';

type State = QuestionGroupView['state'];

const STATES: readonly State[] = ['open', 'handled', 'ignored'];
const DAYS = [7, 30, 90];
const PAGE = 20;
const PATH = '/insight/agent-answers';
const FAQ = 'faq/';
const KEY = 'agent_answers';

export function AgentAnswers(): JSX.Element {
  const { api } = useDesk();
  const [state, setState] = useState<State>('open');
  const [days, setDays] = useState(30);
  const found = useInfiniteQuery({
    queryKey: [KEY, state, days],
    queryFn: ({ pageParam }) =>
      api.request<AgentAnswersPage>('GET', PATH + search({ state, days, offset: pageParam, limit: PAGE })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const answers = found.data?.pages.flatMap((page) => page.answers) ?? [];
  const chats = found.data?.pages[0]?.chats;
  return (
    <>
      <p className="muted">
        {t.agent_answers.lead} {chats !== undefined && fill(t.agent_answers.chats, { count: chats })}
      </p>
      <div className="toolbar">
        <Segmented
          value={state}
          onChange={setState}
          options={STATES.map((value) => ({ value, label: t.groups.states[value] }))}
        />
        <Select
          aria-label={t.insight.range}
          value={days}
          onChange={setDays}
          options={DAYS.map((count) => ({ value: count, label: fill(t.groups.days, { count }) }))}
        />
      </div>
      {found.isLoading ? (
        <Spin className="page-spin" />
      ) : found.isError ? (
        <Result status="warning" title={errorText(found.error)} />
      ) : answers.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.agent_answers.empty} />
      ) : (
        <ul className="question-groups">
          {answers.map((answer) => (
            <li key={`${answer.pairs[0]?.conversation_id} ${answer.pairs[0]?.message_id}`}>
              <Answer answer={answer} state={state} />
            </li>
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}

function Answer({ answer, state }: { answer: AgentAnswerView; state: State }): JSX.Element {
  const now = new Date(useNow(60_000));
  const words = t.agent_answers;
  return (
    <Card size="small" className="question-group">
      <div className="question-group-head">
        <h3>{answer.question}</h3>
        <span className="question-group-count">{fill(words.same, { count: answer.count })}</span>
      </div>
      <div className="question-group-facts muted">
        {answer.helped > 0 && <span>{fill(words.helped, { count: answer.helped })}</span>}
        <span>{fill(t.groups.last, { time: describeTime(new Date(answer.last_at), now, t.times) })}</span>
      </div>
      {answer.questions.length > 0 && (
        <ul className="question-group-examples" aria-label={words.questions}>
          {answer.questions.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <p className="studio-bubble bot">{answer.answer}</p>
      {answer.others.length > 0 && (
        <details className="muted">
          <summary>{words.others}</summary>
          {answer.others.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </details>
      )}
      <Actions answer={answer} state={state} />
    </Card>
  );
}

function Actions({ answer, state }: { answer: AgentAnswerView; state: State }): JSX.Element {
  const { api, settings } = useDesk();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const role = useStudioRole();
  const newFaq = useNewFaq();
  const [picking, setPicking] = useState(false);
  const faqs = useStudioEntries(role !== null && picking, 'faq');
  const { pairs } = answer;
  const shown = (): Promise<void> => renew(queries, [KEY]);
  const settle = (next: State, done: string): void =>
    void run(async () => {
      await api.request('PUT', PATH, { pairs, state: next });
      await shown();
    }, done);
  const wordings = wordingsOf([answer.question, ...answer.questions]);
  const addTo = (name: string): void =>
    void run(async () => {
      const added = await addWordings(api, name.slice(FAQ.length), wordings);
      await api.request('PUT', PATH, { pairs, state: 'handled', handled_as: 'similar', answer: name });
      message.success(added > 0 ? fill(t.groups.similar_added, { count: added }) : t.groups.similar_known);
      await Promise.all([shown(), renew(queries, ['knowledge'])]);
    });
  if (state !== 'open') {
    return (
      <Button size="small" disabled={busy} onClick={() => settle('open', t.groups.reopen)}>
        {t.groups.reopen}
      </Button>
    );
  }
  const date = dayIn(settings.time_zone, new Date(answer.last_at));
  return (
    <>
      <div className="question-group-nearest">
        <span className="muted">{answer.nearest.length > 0 ? t.groups.nearest : t.groups.nearest_none}</span>
        {answer.nearest.map(({ id, title }) =>
          role !== null && id.startsWith(FAQ) ? (
            <Button key={id} size="small" disabled={busy} onClick={() => addTo(id)}>
              {fill(t.groups.add_short, { title })}
            </Button>
          ) : (
            <Tag key={id}>{title}</Tag>
          ),
        )}
        {role !== null && (
          <Select
            size="small"
            className="label-select"
            aria-label={t.groups.pick_faq}
            placeholder={t.groups.pick_faq}
            value={null}
            showSearch={{ optionFilterProp: 'label' }}
            loading={faqs.isLoading}
            onOpenChange={setPicking}
            options={(faqs.data ?? []).map(({ id, title }) => ({ value: FAQ + id, label: title }))}
            onChange={(name: string | null) => name !== null && addTo(name)}
          />
        )}
      </div>
      <Space wrap>
        {role !== null && (
          <Button
            type="primary"
            size="small"
            disabled={busy}
            onClick={() =>
              newFaq({
                wordings,
                answer: answer.answer,
                source: fill(t.agent_answers.source, { date, count: answer.count }),
                settles: { path: PATH, body: { pairs } },
              })
            }
          >
            {t.agent_answers.new_faq}
          </Button>
        )}
        <Button size="small" disabled={busy} onClick={() => settle('ignored', t.agent_answers.ignored)}>
          {t.groups.ignore}
        </Button>
      </Space>
    </>
  );
}
