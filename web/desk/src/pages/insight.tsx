/** What supervisors learn from: how many were helped, where people give up, and what the bot did not understand. */

import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Card, Dropdown, Button, Empty, Result, Spin, Tabs } from 'antd';
import { useMemo, useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import type { Statistics } from '../core/insight.ts';
import { fill, t } from '../i18n/strings.ts';
import { AgentAnswers } from '../insight/agent_answers.tsx';
import { BusyHours } from '../insight/busy_hours.tsx';
import { Chart } from '../insight/chart.tsx';
import { CoverageReport } from '../insight/coverage.tsx';
import { Misunderstood } from '../insight/misunderstood.tsx';
import { Performance } from '../insight/performance.tsx';
import { QuestionGroups } from '../insight/question_groups.tsx';
import { Numbers } from '../insight/numbers.tsx';
import { daysOption, ratingsOption, reasonsOption, waitsOption } from '../insight/options.ts';
import { Service } from '../insight/service.tsx';
import { AnswerTable, StepTable, TopicTable } from '../insight/tables.tsx';
import { errorText, useDesk } from '../view/context.ts';
import { zoneName } from '../view/labels.ts';
import { Page } from '../view/page.tsx';
import { lastDays, PeriodPicker } from '../view/period_picker.tsx';

const USUAL_DAYS = 7;

/** The pages that the days above are for; the others have their own. */
const DATED: readonly string[] = ['figures', 'agents'];

export default function Insight(): JSX.Element {
  const { api, settings } = useDesk();
  const [tab, setTab] = useState('figures');
  const [days, setDays] = useState(() => lastDays(settings.time_zone, USUAL_DAYS));
  const { from, to } = days;
  const found = useQuery({
    queryKey: ['insight', from, to],
    queryFn: () => api.request<Statistics>('GET', '/insight' + search({ from, to })),
    placeholderData: (previous) => previous,
  });
  const exported = (content: string): string => '/desk/api/insight/export.csv' + search({ from, to, content });
  return (
    <Page
      title={t.insight.title}
      lead={found.data ? fill(t.insight.lead, { zone: zoneName(found.data.time_zone) }) : t.insight.lead_loading}
      actions={
        <div className="toolbar">
          {DATED.includes(tab) && <PeriodPicker days={days} onChange={setDays} />}
          <Dropdown
            menu={{
              items: [
                { key: 'days', type: 'group', label: fill(t.insight.export_days, { from, to }) },
                ...['statistics', 'misunderstood'].map((content) => ({
                  key: content,
                  label: (
                    <a href={exported(content)} download>
                      {t.insight.exports[content as keyof typeof t.insight.exports]}
                    </a>
                  ),
                })),
                {
                  key: 'labels',
                  label: (
                    <a href="/desk/api/insight/labels.zip" download>
                      {t.insight.exports.labels}
                    </a>
                  ),
                },
                {
                  key: 'agents',
                  label: (
                    <a href={'/desk/api/insight/agents/export.csv' + search({ from, to })} download>
                      {t.performance.export}
                    </a>
                  ),
                },
              ],
            }}
          >
            <Button icon={<DownloadOutlined />}>{t.insight.export}</Button>
          </Dropdown>
        </div>
      }
    >
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'figures',
            label: t.insight.tabs.figures,
            children: found.data ? (
              <>
                <Charts statistics={found.data} />
                <BusyHours from={from} to={to} />
                <Service from={from} to={to} />
              </>
            ) : found.isError ? (
              <Result status="warning" title={errorText(found.error)} />
            ) : (
              <Spin className="page-spin" />
            ),
          },
          { key: 'agents', label: t.performance.tab, children: <Performance from={from} to={to} /> },
          { key: 'groups', label: t.insight.tabs.groups, children: <QuestionGroups /> },
          { key: 'agent_answers', label: t.agent_answers.tab, children: <AgentAnswers /> },
          { key: 'misunderstood', label: t.insight.tabs.misunderstood, children: <Misunderstood /> },
          { key: 'coverage', label: t.insight.tabs.coverage, children: <CoverageReport /> },
        ]}
      />
    </Page>
  );
}

function Charts({ statistics }: { statistics: Statistics }): JSX.Element {
  const { total } = statistics;
  const options = useMemo(
    () => ({
      days: daysOption(statistics),
      reasons: reasonsOption(statistics.total),
      ratings: ratingsOption(statistics.total),
      waits: waitsOption(statistics),
    }),
    [statistics],
  );
  const charts = [
    { title: t.insight.charts.days, option: options.days, any: total.conversations > 0 || total.handed_off > 0 },
    { title: t.insight.charts.reasons, option: options.reasons, any: total.handed_off > 0 },
    { title: t.insight.charts.waits, option: options.waits, any: total.waiting.count > 0 },
    {
      title: t.insight.charts.ratings,
      option: options.ratings,
      any: total.bot_rating.count + total.agent_rating.count > 0,
    },
  ];
  return (
    <>
      <Numbers total={total} before={statistics.before} />
      <div className="charts">
        {charts.map(({ title, option, any }) => (
          <Card key={title} size="small" title={title}>
            {any ? (
              <Chart option={option} label={title} />
            ) : (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.insight.nothing} />
            )}
          </Card>
        ))}
      </div>
      <h2>{t.insight.steps}</h2>
      <p className="muted">{t.insight.steps_lead}</p>
      <StepTable steps={statistics.steps} />
      <h2>{t.insight.answers}</h2>
      <p className="muted">{t.insight.answers_lead}</p>
      <AnswerTable answers={statistics.answers} />
      <h2>{t.insight.topics}</h2>
      <TopicTable topics={statistics.topics} />
    </>
  );
}
