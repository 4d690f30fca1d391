/** What users asked in vain, by meaning: each group is settled with one click. Nothing goes live by it. */

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { App, Button, Card, Checkbox, Empty, Result, Segmented, Select, Space, Spin, Tag } from 'antd';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { trendOf, wordingsOf } from '../core/groups.ts';
import type { MisunderstoodPage } from '../core/insight.ts';
import type { QuestionGroupsPage, QuestionGroupView } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk, useNow } from '../view/context.ts';
import { renew } from '../view/queries.ts';
import { useNewFaq, useStudioEntries, useStudioRole } from '../studio/queries.ts';
import { addWordings } from '../studio/requests.ts';
import { MisunderstoodText } from './misunderstood_text.tsx';

type QuestionGroupState = QuestionGroupView['state'];

const STATES: readonly QuestionGroupState[] = ['open', 'handled', 'ignored'];
const DAYS = [7, 30, 90];
const KINDS = ['out_of_scope', 'not_understood', 'not_meant', 'unhelpful', 'marked'] as const;
const PAGE = 20;
const MESSAGES = 50;
const FAQ = 'faq/';

export function QuestionGroups(): JSX.Element {
  const { api } = useDesk();
  const [state, setState] = useState<QuestionGroupState>('open');
  const [days, setDays] = useState(7);
  const [kind, setKind] = useState<string | null>(null);
  const [handedOver, setHandedOver] = useState(false);
  const found = useInfiniteQuery({
    queryKey: ['groups_of_questions', state, days, kind, handedOver],
    queryFn: ({ pageParam }) =>
      api.request<QuestionGroupsPage>(
        'GET',
        '/insight/groups' +
          search({ state, days, kind, handed_over: handedOver ? true : undefined, offset: pageParam, limit: PAGE }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const groups = found.data?.pages.flatMap((page) => page.groups) ?? [];
  const waiting = found.data?.pages[0]?.waiting ?? 0;
  return (
    <>
      <p className="muted">
        {t.groups.lead} {waiting > 0 && fill(t.groups.lead_more, { count: waiting })}
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
        <Select
          aria-label={t.groups.kinds_of}
          className="kind-select"
          value={kind ?? ''}
          onChange={(value) => setKind(value === '' ? null : value)}
          options={[
            { value: '', label: t.groups.kinds_all },
            ...KINDS.map((value) => ({ value, label: t.insight.kinds[value] })),
          ]}
        />
        <Checkbox checked={handedOver} onChange={(event) => setHandedOver(event.target.checked)}>
          {t.insight.only_handed_over}
        </Checkbox>
      </div>
      {found.isLoading ? (
        <Spin className="page-spin" />
      ) : found.isError ? (
        <Result status="warning" title={errorText(found.error)} />
      ) : groups.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.groups.empty} />
      ) : (
        <ul className="question-groups">
          {groups.map((group) => (
            <li key={group.id}>
              <Group group={group} days={days} />
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

function Group({ group, days }: { group: QuestionGroupView; days: number }): JSX.Element {
  const now = new Date(useNow(60_000));
  const [open, setOpen] = useState(false);
  const [title = '', ...others] = group.examples;
  const time = (moment: string): string => describeTime(new Date(moment), now, t.times);
  return (
    <Card size="small" className="question-group">
      <div className="question-group-head">
        <h3>{title}</h3>
        <span className="question-group-count">{fill(t.groups.count, { count: group.count })}</span>
        <Trend group={group} days={days} />
      </div>
      <div className="question-group-facts muted">
        {Object.entries(group.kinds).map(([kind, count]) => (
          <span key={kind}>{fill(t.groups.kind, { kind: nameOf(t.insight.kinds, kind), count })}</span>
        ))}
        {group.handed_over > 0 && <span>{fill(t.groups.handed_over, { count: group.handed_over })}</span>}
        <span>{fill(t.groups.last, { time: time(group.last_at) })}</span>
        {group.state === 'open' && group.handled_at !== null && (
          <Tag color="orange">{fill(t.groups.again, { time: time(group.handled_at) })}</Tag>
        )}
      </div>
      {others.length > 0 && (
        <ul className="question-group-examples" aria-label={t.groups.examples}>
          {others.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {group.state !== 'open' && <Settled group={group} time={time} />}
      <Actions group={group} />
      <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t.groups.hide_messages : t.groups.messages}
      </Button>
      {open && <Messages group={group} />}
    </Card>
  );
}

function Trend({ group: { count, before }, days }: { group: QuestionGroupView; days: number }): JSX.Element {
  const trend = trendOf(count, before);
  if (trend === 'new') return <span className="muted">{fill(t.groups.trend_new, { days })}</span>;
  if (trend === 0) return <span className="muted">{fill(t.groups.trend_same, { days })}</span>;
  const text = trend > 0 ? t.groups.trend_up : t.groups.trend_down;
  return (
    <span className={trend > 0 ? 'trend-up' : 'trend-down'}>
      <span aria-hidden>{trend > 0 ? '▲' : '▼'} </span>
      {fill(text, { days, percent: Math.abs(trend) })}
    </span>
  );
}

function Settled({ group, time }: { group: QuestionGroupView; time: (moment: string) => string }): JSX.Element | null {
  if (group.handled_at === null) return null;
  const values = {
    name: group.handled_by ?? t.groups.somebody,
    time: time(group.handled_at),
    answer: group.answer ?? '',
  };
  return <p className="muted">{fill(t.groups.by[group.handled_as ?? 'other'], values)}</p>;
}

function Actions({ group }: { group: QuestionGroupView }): JSX.Element {
  const { api } = useDesk();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const role = useStudioRole();
  const newFaq = useNewFaq();
  const intents = useQuery({ queryKey: ['intents'], queryFn: api.intents, staleTime: Infinity, retry: false });
  const [picking, setPicking] = useState(false);
  const faqs = useStudioEntries(role !== null && picking, 'faq');
  const shown = (): Promise<void> => renew(queries, ['groups_of_questions']);
  const settle = (body: object, done: string): void =>
    void run(async () => {
      await api.request('PUT', `/insight/groups/${group.id}`, body);
      await shown();
    }, done);
  const addTo = (answer: string): void =>
    void run(async () => {
      const added = await addWordings(api, answer.slice(FAQ.length), wordingsOf(group.examples));
      await api.request('PUT', `/insight/groups/${group.id}`, { state: 'handled', handled_as: 'similar', answer });
      message.success(added > 0 ? fill(t.groups.similar_added, { count: added }) : t.groups.similar_known);
      await Promise.all([shown(), renew(queries, ['knowledge'])]);
    });
  if (group.state !== 'open') {
    return (
      <Button size="small" disabled={busy} onClick={() => settle({ state: 'open' }, t.groups.reopen)}>
        {t.groups.reopen}
      </Button>
    );
  }
  const near = group.nearest.filter(({ id }) => id.startsWith(FAQ));
  return (
    <>
      <div className="question-group-nearest">
        <span className="muted">{group.nearest.length > 0 ? t.groups.nearest : t.groups.nearest_none}</span>
        {group.nearest.map(({ id, title }) =>
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
            options={(faqs.data ?? [])
              .filter(({ id, change }) => change !== 'removed' && !near.some((answer) => answer.id === FAQ + id))
              .map(({ id, title }) => ({ value: FAQ + id, label: title }))}
            onChange={(answer: string | null) => answer !== null && addTo(answer)}
          />
        )}
      </div>
      <Space wrap size={4}>
        {role !== null && (
          <Button
            size="small"
            type="primary"
            disabled={busy}
            onClick={() =>
              newFaq({
                wordings: wordingsOf(group.examples),
                settles: { path: `/insight/groups/${group.id}`, body: {} },
              })
            }
          >
            {t.groups.new_faq}
          </Button>
        )}
        <Select
          size="small"
          className="label-select"
          aria-label={t.groups.label}
          placeholder={t.groups.label}
          value={null}
          showSearch={{ optionFilterProp: 'label' }}
          loading={intents.isLoading}
          notFoundContent={intents.isError ? errorText(intents.error) : undefined}
          options={(intents.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
          onChange={(intent: string | null) =>
            intent !== null &&
            void run(async () => {
              await api.request('PUT', `/insight/groups/${group.id}/label`, { intent });
              await shown();
            }, t.groups.labelled)
          }
        />
        <Button size="small" disabled={busy} onClick={() => settle({ state: 'handled' }, t.groups.settled)}>
          {t.groups.settle}
        </Button>
        <Button size="small" disabled={busy} onClick={() => settle({ state: 'ignored' }, t.groups.ignored)}>
          {t.groups.ignore}
        </Button>
      </Space>
    </>
  );
}

function Messages({ group }: { group: QuestionGroupView }): JSX.Element {
  const { api } = useDesk();
  const now = new Date(useNow(60_000));
  const found = useQuery({
    queryKey: ['groups_of_questions', 'messages', group.id],
    queryFn: () =>
      api.request<MisunderstoodPage>('GET', '/insight/misunderstood' + search({ group: group.id, limit: MESSAGES })),
  });
  if (found.isError) return <p className="muted">{errorText(found.error)}</p>;
  return (
    <ul className="question-group-messages">
      {(found.data?.messages ?? []).map((row) => (
        <li key={`${row.conversation_id}-${row.message_id}`}>
          <MisunderstoodText row={row} now={now} />
        </li>
      ))}
    </ul>
  );
}
