/** What the draft changes, what the checks say of it, and making it live. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Collapse, DatePicker, Empty, Input, Progress, Result, Space, Spin, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState, type JSX } from 'react';
import { Link } from 'wouter';
import { ApiError } from '../core/api.ts';
import type { Checks, Difference, Finding, Publication } from '../core/protocol.ts';
import { EDITABLE } from '../core/studio.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { titleOf } from './names.ts';
import { adopt, renew } from '../view/queries.ts';
import { Changes } from './changes.tsx';
import { PublishDialog, type Scope } from './publish_dialog.tsx';
import { TrainingState } from './training_state.tsx';
import { useKnowledge, useStudioRole } from './queries.ts';
import { WorseList } from './worse_list.tsx';

const OFTEN = 700;
const MINUTE = 'YYYY-MM-DD HH:mm';

/** Reading a whole bundle, and trained parts in the engine. Milliseconds. */
const PATIENCE = 90_000;

export function Review(): JSX.Element {
  const { api } = useDesk();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const role = useStudioRole();
  const knowledge = useKnowledge();
  const draft = knowledge.data?.draft ?? null;
  const [note, setNote] = useState('');
  const [at, setAt] = useState<Dayjs | null>(null);
  const [published, setPublished] = useState<{ number: number; seconds: number; isPilot: boolean } | null>(null);
  const [asking, setAsking] = useState(false);
  const [run, busy] = useAction();
  const number = draft?.number ?? 0;
  const difference = useQuery({
    queryKey: ['knowledge_draft', 'difference', number, draft?.revision],
    queryFn: () => api.request<Difference>('GET', `/knowledge/versions/${number}/difference`),
    enabled: draft !== null,
    placeholderData: (previous) => previous,
  });
  const checks = useQuery({
    // Not below `knowledge`: after a publication there is no draft to ask about.
    queryKey: ['knowledge_draft', 'checks', number, draft?.revision],
    queryFn: () => api.request<Checks>('GET', '/knowledge/draft/checks'),
    enabled: draft !== null,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? OFTEN : false),
  });
  if (knowledge.isError) return <Result status="warning" title={errorText(knowledge.error)} />;
  if (!knowledge.data) return <Spin className="page-spin" />;
  const done = published && (
    <Alert
      type="success"
      showIcon
      title={fill(published.isPilot ? t.studio.pilot.started : t.studio.published_now, {
        number: published.number,
        seconds: published.seconds.toFixed(1),
      })}
    />
  );
  const pilot = knowledge.data.pilot && (
    <Alert
      className="studio-training"
      type="info"
      showIcon
      title={fill(t.studio.pilot.title, { number: knowledge.data.pilot.number })}
      description={t.studio.pilot.first_end}
      action={<Link href="/studio?tab=versions">{t.studio.pilot.to_versions}</Link>}
    />
  );
  if (draft === null || draft.changes === 0) {
    return (
      <>
        {done}
        {pilot}
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.studio.nothing_to_publish} />
      </>
    );
  }
  const found = checks.data;
  const isCurrent = found?.state === 'done' && found.is_current;
  const open = (found?.findings ?? []).filter(({ severity, reason }) => severity !== 'note' && reason === null);
  const stopOrStart = (method: 'POST' | 'DELETE'): void =>
    void run(async () => {
      await adopt(
        queries,
        ['knowledge_draft', 'checks', number, draft.revision],
        await api.request<Checks>(method, '/knowledge/draft/checks'),
      );
    });
  const plan = knowledge.data.plan;
  const send = (scope: Scope | null): Promise<boolean> =>
    run(async () => {
      try {
        const body = { revision: draft.revision, note: note.trim() };
        const answer = await (scope === null
          ? api.request<Publication>(
              'POST',
              '/knowledge/draft/publication',
              { ...body, at: at?.toISOString() ?? null },
              PATIENCE,
            )
          : api.request<Publication>('POST', '/knowledge/draft/pilot', { ...body, ...scope }, PATIENCE));
        if (!answer.plan)
          setPublished({ number: answer.version.number, seconds: answer.seconds, isPilot: scope !== null });
        setNote('');
        setAt(null);
      } catch (error) {
        const problems = error instanceof ApiError ? error.details.problems : undefined;
        if (Array.isArray(problems)) {
          modal.error({
            title: errorText(error),
            content: <ul>{problems.map((line) => <li key={String(line)}>{String(line)}</li>)}</ul>, // prettier-ignore
          });
          return;
        }
        throw error;
      } finally {
        setAsking(false);
        await renew(queries, ['knowledge']);
      }
    });
  const publish = (): void => {
    if (at === null) {
      setAsking(true);
      return;
    }
    modal.confirm({
      title: fill(t.studio.plan_sure, { count: draft.changes, time: at.format(MINUTE) }),
      content: t.studio.plan_lead,
      okText: t.studio.plan,
      onOk: () => send(null),
    });
  };
  const discard = (): void => {
    modal.confirm({
      title: t.studio.discard_sure,
      okText: t.studio.discard,
      okButtonProps: { danger: true },
      onOk: () =>
        run(async () => {
          await api.request('DELETE', '/knowledge/draft');
          await renew(queries, ['knowledge']);
        }),
    });
  };
  return (
    <>
      {done}
      {pilot}
      {draft.is_behind && <Alert type="warning" showIcon title={t.studio.behind} />}
      <h2>{fill(t.studio.changes, { count: draft.changes })}</h2>
      <Collapse
        size="small"
        items={(difference.data?.entries ?? []).map((entry) => ({
          key: `${entry.kind}/${entry.id}`,
          label: (
            <>
              {(EDITABLE as readonly string[]).includes(entry.kind) && entry.change !== 'removed' ? (
                <Link href={`/studio/${entry.kind}/${entry.id}`}>{nameIn(difference.data, entry)}</Link>
              ) : (
                nameIn(difference.data, entry)
              )}{' '}
              <Tag>{t.studio.change[entry.change]}</Tag>
              <span className="muted">{entry.author}</span>
            </>
          ),
          children: <Changes before={entry.before} after={entry.after} />,
        }))}
      />
      <TrainingState />
      <h2>{t.studio.checks}</h2>
      <Space wrap className="studio-buttons">
        <Button
          type={isCurrent ? 'default' : 'primary'}
          loading={busy || found?.state === 'running'}
          onClick={() => stopOrStart('POST')}
        >
          {isCurrent ? t.studio.check_again : t.studio.check}
        </Button>
        {found?.state === 'running' && (
          <>
            <Progress
              className="studio-progress"
              size="small"
              percent={Math.round(found.progress * 100)}
              aria-label={t.studio.checks}
            />
            <Button disabled={busy} onClick={() => stopOrStart('DELETE')}>
              {t.studio.check_stop}
            </Button>
          </>
        )}
      </Space>
      <div role="status">
        {found?.state === 'cancelled' && <Alert type="info" showIcon title={t.studio.check_cancelled} />}
        {found?.state === 'failed' && <Alert type="error" showIcon title={t.studio.check_failed} />}
        {isCurrent && open.length === 0 && (
          <Alert
            type="success"
            showIcon
            title={
              found.conversations > 0
                ? fill(t.studio.check_passed_with, { count: found.conversations })
                : t.studio.check_passed
            }
          />
        )}
        {found?.state === 'done' && !found.is_current && <Alert type="info" showIcon title={t.studio.check_old} />}
      </div>
      <ul className="studio-findings">
        {(found?.findings ?? []).map((finding) => (
          <li key={finding.key}>
            <FindingRow finding={finding} />
          </li>
        ))}
      </ul>
      <h2>{t.studio.publish}</h2>
      {plan && (
        <Alert
          className="studio-training"
          type={plan.refused !== null ? 'error' : plan.is_current ? 'info' : 'warning'}
          showIcon
          title={fill(
            plan.refused !== null ? t.studio.plan_refused : plan.is_current ? t.studio.planned : t.studio.plan_changed,
            { time: dayjs(plan.at).format(MINUTE), name: plan.agent },
          )}
          description={plan.note === '' ? undefined : plan.note}
          action={
            <Button
              size="small"
              disabled={role !== 'publisher' || busy}
              onClick={() =>
                void run(async () => {
                  await api.request('DELETE', '/knowledge/draft/publication');
                  await renew(queries, ['knowledge']);
                })
              }
            >
              {plan.refused !== null ? t.studio.plan_seen : t.studio.plan_cancel}
            </Button>
          }
        />
      )}
      <div className="studio-publish">
        <Input
          value={note}
          maxLength={500}
          aria-label={t.studio.note}
          placeholder={t.studio.note}
          onChange={(event) => setNote(event.target.value)}
        />
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          format={MINUTE}
          value={at}
          minDate={dayjs()}
          aria-label={t.studio.plan_at}
          placeholder={t.studio.plan_at}
          onChange={(moment: Dayjs | null) => setAt(moment)}
        />
        <Button
          type="primary"
          disabled={
            role !== 'publisher' ||
            !isCurrent ||
            open.length > 0 ||
            busy ||
            pilot !== null ||
            (at?.isBefore(dayjs()) ?? false)
          }
          onClick={publish}
        >
          {at ? t.studio.plan : t.studio.publish}
        </Button>
        <Button danger disabled={busy} onClick={discard}>
          {t.studio.discard}
        </Button>
      </div>
      {asking && (
        <PublishDialog
          count={draft.changes}
          busy={busy}
          onClose={() => setAsking(false)}
          onPublish={(scope) => void send(scope)}
        />
      )}
      <p className="muted">
        {role !== 'publisher'
          ? t.studio.needs_publisher
          : !isCurrent
            ? t.studio.needs_checks
            : open.length > 0
              ? t.studio.needs_reasons
              : pilot
                ? t.studio.pilot.first_end
                : t.studio.publish_lead}
      </p>
    </>
  );
}

/** What a changed entry is called; examples go by the topic that they are of, where that has changed, too. */
function nameIn(difference: Difference | undefined, entry: Difference['entries'][number]): string {
  const { kind, id } = entry;
  if (kind !== 'examples') return titleOf(entry);
  const topic = difference?.entries.find((other) => other.kind === 'topic' && other.id === id);
  return fill(t.studio.examples_of, { name: topic?.title ?? id });
}

const COLORS = { error: 'red', warning: 'orange', note: 'default' };

function FindingRow({ finding }: { finding: Finding }): JSX.Element {
  const { api } = useDesk();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [asking, setAsking] = useState(false);
  const [run, busy] = useAction();
  const change = (method: string, body?: object): void =>
    void run(async () => {
      await api.request(method, `/knowledge/draft/ignored/${finding.key}`, body);
      setAsking(false);
      await renew(queries, ['knowledge_draft', 'checks']);
    });
  const place = [finding.file, finding.line].filter((it) => it !== null).join(':');
  return (
    <>
      <div>
        <Tag color={COLORS[finding.severity]}>{t.studio.severity[finding.severity]}</Tag>
        <Tag>{nameOf(t.studio.check_names, finding.check)}</Tag>
        {finding.kind !== null && finding.id !== null && (EDITABLE as readonly string[]).includes(finding.kind) ? (
          <Link href={`/studio/${finding.kind}/${finding.id}`}>{finding.message}</Link>
        ) : (
          finding.message
        )}{' '}
        {place !== '' && <span className="muted small">{place}</span>}
      </div>
      <WorseList worse={finding.worse ?? []} />
      {finding.severity === 'warning' &&
        (finding.reason !== null ? (
          <div className="muted">
            {fill(t.studio.ignored_by, { name: finding.ignored_by ?? '', reason: finding.reason })}{' '}
            <Button type="link" size="small" disabled={busy} onClick={() => change('DELETE')}>
              {t.studio.heed}
            </Button>
          </div>
        ) : asking ? (
          <Space.Compact className="studio-reason">
            <Input
              autoFocus
              value={reason}
              maxLength={500}
              aria-label={t.studio.reason}
              placeholder={t.studio.reason}
              onChange={(event) => setReason(event.target.value)}
            />
            <Button
              disabled={reason.trim().length < 2}
              loading={busy}
              onClick={() => change('PUT', { reason: reason.trim() })}
            >
              {t.studio.ignore}
            </Button>
          </Space.Compact>
        ) : (
          <Button type="link" size="small" onClick={() => setAsking(true)}>
            {t.studio.ignore_with}
          </Button>
        ))}
    </>
  );
}
