/** Topics and steps in figures. */

import { Progress, Table, Tag, type TableProps } from 'antd';
import type { JSX } from 'react';
import {
  gaveUp,
  percent,
  worstSteps,
  type AnswerFigures,
  type StepFigures,
  type TopicFigures,
} from '../core/insight.ts';
import { describeWait } from '../core/waits.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';

/** Steps that are shown; further down hardly anybody gives up. */
const MOST_STEPS = 15;

/** What a table with sentences needs to be read, in pixels; a phone scrolls it to the side. */
const NARROWEST = 900;

const { figures: names } = t.insight;

const stepColumns: NonNullable<TableProps<StepFigures>['columns']> = [
  {
    title: t.insight.step,
    render: (_, { title, topic, step, number, step_title }) => (
      <>
        {fill(t.insight.step_of, { title: title ?? topic, step: number ?? step })}
        {step_title !== null && <div className="muted">{step_title}</div>}
      </>
    ),
  },
  {
    title: t.insight.gave_up_share,
    width: 220,
    render: (_, step) => (
      <Progress
        aria-label={t.insight.gave_up_share}
        size="small"
        // Everybody gave up: that is no success.
        status="normal"
        percent={percent(gaveUp(step), step.shown) ?? 0}
        strokeColor="#d64550"
      />
    ),
  },
  { title: t.insight.shown, width: 90, align: 'right', dataIndex: 'shown' },
  { title: t.insight.problems, width: 110, align: 'right', dataIndex: 'problems' },
  { title: t.insight.abandoned, width: 90, align: 'right', dataIndex: 'abandoned' },
  { title: t.insight.left, width: 90, align: 'right', dataIndex: 'left' },
  { title: names.handed_off, width: 90, align: 'right', dataIndex: 'handed_off' },
];

export function StepTable({ steps }: { steps: readonly StepFigures[] }): JSX.Element {
  return (
    <Table
      rowKey={({ topic, step }) => `${topic}-${step}`}
      size="small"
      pagination={false}
      scroll={{ x: NARROWEST }}
      columns={stepColumns}
      dataSource={worstSteps(steps, MOST_STEPS)}
      locale={{ emptyText: t.insight.steps_empty }}
    />
  );
}

const answerColumns: NonNullable<TableProps<AnswerFigures>['columns']> = [
  { title: t.search.topic, width: 160, render: (_, { title, topic }) => title ?? topic ?? t.insight.no_topic },
  { title: t.insight.answer, render: (_, { text }) => <span className="answer-text">{text}</span> },
  { title: names.unhelpful, width: 70, align: 'right', dataIndex: 'unhelpful' },
  { title: names.helpful, width: 70, align: 'right', dataIndex: 'helpful' },
  {
    title: t.insight.why,
    width: 260,
    render: (_, { reasons, comments }) => (
      <>
        {Object.entries(reasons).map(([reason, count]) => (
          <Tag key={reason}>{fill(t.insight.reason_count, { reason: nameOf(t.insight.feedback, reason), count })}</Tag>
        ))}
        {comments.map((comment, index) => (
          <div key={index} className="muted">
            {fill(t.insight.comment, { text: comment })}
          </div>
        ))}
      </>
    ),
  },
];

/** The answers with the most 踩. */
export function AnswerTable({ answers }: { answers: readonly AnswerFigures[] }): JSX.Element {
  return (
    <Table
      rowKey={({ topic, text }) => `${topic}-${text}`}
      size="small"
      pagination={false}
      scroll={{ x: NARROWEST }}
      columns={answerColumns}
      dataSource={[...answers]}
      locale={{ emptyText: t.insight.answers_empty }}
    />
  );
}

const topicColumns: NonNullable<TableProps<TopicFigures>['columns']> = [
  { title: t.search.topic, render: (_, { title, topic }) => title ?? topic ?? t.insight.no_topic },
  number(names.conversations, ({ conversations }) => conversations),
  number(names.solved, ({ solved }) => solved),
  number(names.not_solved, ({ not_solved }) => not_solved),
  number(names.handed_off, ({ handed_off }) => handed_off),
  number(names.gave_up, ({ abandoned, left }) => abandoned + left),
  number(names.unhelpful, ({ unhelpful }) => unhelpful),
  number(names.bot_rating, ({ bot_rating }) => bot_rating.average),
  number(names.agent_rating, ({ agent_rating }) => agent_rating.average),
  {
    title: names.waiting,
    width: 110,
    align: 'right',
    render: (_, { figures }) =>
      figures.waiting.median === null ? '' : describeWait(Math.round(figures.waiting.median), t.waits),
  },
];

export function TopicTable({ topics }: { topics: readonly TopicFigures[] }): JSX.Element {
  return (
    <Table
      rowKey={({ topic }) => topic ?? ''}
      size="small"
      pagination={false}
      scroll={{ x: 1150 }}
      columns={topicColumns}
      dataSource={[...topics]}
      locale={{ emptyText: t.insight.nothing }}
    />
  );
}

function number(
  title: string,
  value: (figures: TopicFigures['figures']) => number | null,
): NonNullable<TableProps<TopicFigures>['columns']>[number] {
  return {
    title,
    width: 108,
    align: 'right',
    sorter: (a, b) => (value(a.figures) ?? -1) - (value(b.figures) ?? -1),
    render: (_, { figures }) => {
      const found = value(figures);
      return found === null ? '' : Number.isInteger(found) ? found : found.toFixed(1);
    },
  };
}
