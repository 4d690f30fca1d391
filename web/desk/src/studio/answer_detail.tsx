/** One answer: its figures, their trend beside that of the days before, and what users said of it. */

import { ArrowLeftOutlined, EditOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { Button, Card, Empty, Result, Segmented, Space, Spin, Tag } from 'antd';
import dayjs from 'dayjs';
import { useMemo, useState, type JSX } from 'react';
import { Link } from 'wouter';
import { FIGURE_NAMES, FIGURES, type Figure } from '../core/answer_figures.ts';
import { search } from '../core/api.ts';
import type { AnswerFiguresDetail } from '../core/protocol.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { Chart } from '../insight/chart.tsx';
import { trendOption } from '../insight/options.ts';
import { errorText, useDesk, useNow } from '../view/context.ts';
import type { Days } from '../view/period_picker.tsx';
import { Change, percentOf, withShare } from './figure_cell.tsx';

const { answer_figures: texts } = t;

/** Above so many days the weeks are shown at first. */
const MANY_DAYS = 45;
type Every = AnswerFiguresDetail['every'];

export interface AnswerAddress {
  topic: string;
  place: string | null;
}

interface AnswerDetailProps {
  address: AnswerAddress;
  days: Days;
  picker: JSX.Element;
  /** Where it is left to; without one it stands on the page of the answer itself. */
  back?: string;
}

export function AnswerDetail({ address, days, picker, back }: AnswerDetailProps): JSX.Element {
  const { api } = useDesk();
  const [chosen, choose] = useState<Every | null>(null);
  const every = chosen ?? (dayjs(days.to).diff(days.from, 'day') >= MANY_DAYS ? 'week' : 'day');
  const found = useQuery({
    queryKey: ['knowledge', 'figures', 'answer', address.topic, address.place, days.from, days.to, every],
    queryFn: () =>
      api.request<AnswerFiguresDetail>('GET', '/knowledge/figures/answer' + search({ ...address, ...days, every })),
    placeholderData: (previous) => previous,
  });
  const answer = found.data ?? null;
  return (
    <section className="answer-figures" aria-label={texts.of_answer}>
      <div className="toolbar">
        {back !== undefined && (
          <Link href={back} asChild>
            <Button icon={<ArrowLeftOutlined />}>{texts.back}</Button>
          </Link>
        )}
        {picker}
        {back !== undefined && answer?.entry_kind && (
          <Link href={`/studio/${answer.entry_kind}/${answer.entry_id ?? ''}`} asChild>
            <Button type="primary" icon={<EditOutlined />}>
              {texts.edit}
            </Button>
          </Link>
        )}
      </div>
      {answer === null ? (
        found.isError ? (
          <Result status="warning" title={errorText(found.error)} />
        ) : (
          <Spin className="page-spin" />
        )
      ) : (
        <>
          {back !== undefined && (
            <>
              <h2>
                {answer.title} <Tag>{texts.kinds[answer.kind]}</Tag>
              </h2>
              {answer.topic_title !== null && <p className="muted">{answer.topic_title}</p>}
              {answer.text !== null && answer.text !== '' && <p className="answer-figures-text">{answer.text}</p>}
            </>
          )}
          <Numbers answer={answer} />
          <Trend answer={answer} every={every} choose={choose} />
          <Words answer={answer} />
        </>
      )}
    </section>
  );
}

function Numbers({ answer: { now, before } }: { answer: AnswerFiguresDetail }): JSX.Element {
  return (
    <div className="numbers">
      {FIGURE_NAMES.map((figure) => {
        const share = percentOf(now, figure);
        const whole = FIGURES[figure];
        return (
          <Card key={figure} size="small">
            <div className="numbers-title">{texts.figures[figure]}</div>
            <div className="numbers-value">
              {now[figure]}
              <Change now={now} before={before} figure={figure} />
            </div>
            <div className="muted small">
              {whole === null
                ? fill(texts.conversations, { count: now.conversations })
                : share !== '' && fill(texts.share_of[whole], { share })}
            </div>
            {before !== null && (
              <div className="muted small">{fill(t.performance.before, { value: withShare(before, figure) })}</div>
            )}
          </Card>
        );
      })}
    </div>
  );
}

interface TrendProps {
  answer: AnswerFiguresDetail;
  every: Every;
  choose: (every: Every) => void;
}

function Trend({ answer, every, choose }: TrendProps): JSX.Element {
  const [figure, setFigure] = useState<Figure>('unhelpful');
  const option = useMemo(() => trendOption(answer.trend, figure), [answer, figure]);
  const isEmpty = answer.now.shown === 0 && (answer.before?.shown ?? 0) === 0;
  return (
    <>
      <h3>{texts.trend}</h3>
      {isEmpty ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.never} />
      ) : (
        <>
          <Space wrap>
            <Segmented
              aria-label={texts.figure}
              value={figure}
              onChange={setFigure}
              options={FIGURE_NAMES.map((name) => ({ value: name, label: texts.figures[name] }))}
            />
            <Segmented
              aria-label={texts.every}
              value={every}
              onChange={choose}
              options={(['day', 'week'] as const).map((value) => ({ value: value, label: texts.by_time[value] }))}
            />
          </Space>
          <Chart option={option} label={fill(texts.trend_of, { figure: texts.figures[figure] })} />
        </>
      )}
    </>
  );
}

function Words({ answer }: { answer: AnswerFiguresDetail }): JSX.Element {
  const now = new Date(useNow(60_000));
  const reasons = Object.entries(answer.reasons);
  return (
    <>
      <h3>{texts.words}</h3>
      {reasons.length > 0 && (
        <p>
          {reasons.map(([reason, count]) => (
            <Tag key={reason}>
              {fill(t.insight.reason_count, { reason: nameOf(t.insight.feedback, reason), count })}
            </Tag>
          ))}
        </p>
      )}
      {answer.comments.length > 0 ? (
        <ul className="answer-figures-comments">
          {answer.comments.map(({ text, helpful, reasons: why, at }, index) => (
            <li key={index}>
              <Tag color={helpful ? 'green' : 'red'}>{texts.figures[helpful ? 'helpful' : 'unhelpful']}</Tag>
              {text}
              <span className="muted small">
                {[...why.map((reason) => nameOf(t.insight.feedback, reason)), describeTime(new Date(at), now, t.times)]
                  .map((part) => ` · ${part}`)
                  .join('')}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="muted">{texts.no_words}</p>
      )}
    </>
  );
}
