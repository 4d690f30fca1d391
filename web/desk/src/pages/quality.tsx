/** Quality checks: tickets by rule, the score sheet, and what was said of them. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, InputNumber, Segmented, Select, Space, Table, Tag, type TableProps } from 'antd';
import dayjs from 'dayjs';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX } from 'react';
import { useLocation } from 'wouter';
import { dayIn } from '../core/insight.ts';
import type { Review, SampleRule, Ticket } from '../core/protocol.ts';
import { describeWait, secondsSince } from '../core/waits.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useAgents, useDesk, useNow } from '../view/context.ts';
import { ConversationLog } from '../view/conversation_log.tsx';
import { Days } from '../view/filters.tsx';
import { ticketTitle, userName } from '../view/labels.ts';

const DAY = 'YYYY-MM-DD';
const RULES: readonly SampleRule[] = ['random', 'stolen', 'low_rating', 'long', 'complaint'];

/** A ticket that is being reviewed. */
interface Reviewed {
  id: number;
  number: string;
  before: Review | null;
}

export function Quality(): JSX.Element {
  const { api, settings } = useDesk();
  const queries = useQueryClient();
  const agents = useAgents();
  const today = dayIn(settings.time_zone, new Date());
  const [rule, setRule] = useState<SampleRule>('random');
  const [agentId, setAgentId] = useState<number | undefined>();
  const [days, setDays] = useState<{ from?: string | undefined; to?: string | undefined }>({
    from: dayjs(today).subtract(6, 'day').format(DAY),
    to: today,
  });
  const [reviewing, setReviewing] = useState<Reviewed | null>(null);
  const wanted = { ...days, agent_id: agentId };
  const sample = useQuery({
    queryKey: ['quality', 'sample', rule, wanted],
    queryFn: () => api.qualitySample({ ...wanted, rule }),
    // A random one would be another one.
    staleTime: Infinity,
  });
  const done = useQuery({ queryKey: ['quality', 'reviews', wanted], queryFn: () => api.reviews(wanted) });
  return (
    <>
      <p className="muted">{t.quality.lead}</p>
      <div className="toolbar">
        <Segmented<SampleRule>
          value={rule}
          onChange={setRule}
          options={RULES.map((value) => ({ value, label: t.quality.rules[value] }))}
        />
        <Days
          from={days.from}
          to={days.to}
          onChange={({ from, to }) => setDays({ from: from ?? undefined, to: to ?? undefined })}
        />
        <Select
          allowClear
          className="filter-choice"
          placeholder={t.search.agent}
          aria-label={t.search.agent}
          value={agentId}
          onChange={setAgentId}
          options={(agents.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </div>
      <h2>{t.quality.sample}</h2>
      <Sample
        tickets={sample.data?.tickets ?? []}
        loading={sample.isLoading}
        empty={sample.isError ? errorText(sample.error) : t.quality.sample_empty}
        onReview={setReviewing}
      />
      <h2>{t.quality.done}</h2>
      <ReviewTable
        reviews={done.data?.reviews ?? []}
        loading={done.isLoading}
        empty={done.isError ? errorText(done.error) : t.quality.done_empty}
        onReview={setReviewing}
      />
      {reviewing && (
        <ReviewDrawer
          reviewed={reviewing}
          onClose={() => setReviewing(null)}
          onSaved={() => void queries.invalidateQueries({ queryKey: ['quality'] })}
        />
      )}
    </>
  );
}

function Sample(props: {
  tickets: Ticket[];
  loading: boolean;
  empty: string;
  onReview: (reviewed: Reviewed) => void;
}): JSX.Element {
  const [, go] = useLocation();
  const columns: TableProps<Ticket>['columns'] = [
    { title: t.search.number, dataIndex: 'number', width: 150 },
    { title: t.search.user, width: 140, ellipsis: true, render: (_, ticket) => userName(ticket) },
    { title: t.quality.topic, ellipsis: true, render: (_, ticket) => ticketTitle(ticket) },
    { title: t.search.agent, width: 110, ellipsis: true, render: (_, ticket) => ticket.agent?.name },
    {
      title: t.quality.duration,
      width: 120,
      align: 'right',
      render: (_, { claimed_at, closed_at }) =>
        claimed_at && closed_at ? describeWait(secondsSince(claimed_at, Date.parse(closed_at)), t.waits) : '',
    },
    { title: t.search.rating, width: 70, align: 'right', dataIndex: 'rating' },
    {
      width: 170,
      render: (_, ticket) => (
        <Space>
          <Button size="small" onClick={() => go(`/tickets/${ticket.id}`)}>
            {t.quality.watch}
          </Button>
          <Button
            size="small"
            type="primary"
            onClick={() => props.onReview({ id: ticket.id, number: ticket.number, before: null })}
          >
            {t.quality.review}
          </Button>
        </Space>
      ),
    },
  ];
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      scroll={{ x: 1150 }}
      loading={props.loading}
      columns={columns}
      dataSource={props.tickets}
      locale={{ emptyText: props.empty }}
    />
  );
}

export function ReviewTable(props: {
  reviews: Review[];
  loading: boolean;
  empty: string;
  /** Without it they are only to be read. */
  onReview?: (reviewed: Reviewed) => void;
}): JSX.Element {
  const { api } = useDesk();
  const [, go] = useLocation();
  const now = new Date(useNow(60_000));
  const { onReview } = props;
  const sheet = useQuery({ queryKey: ['quality', 'sheet'], queryFn: api.qualitySheet, staleTime: Infinity });
  const columns: TableProps<Review>['columns'] = [
    {
      title: t.search.number,
      width: 170,
      render: (_, { number, is_new, ticket_id }) => (
        <>
          <Button type="link" size="small" onClick={() => go(`/tickets/${ticket_id}`)}>
            {number}
          </Button>
          {is_new && !onReview && <Tag color="red">{t.quality.new}</Tag>}
        </>
      ),
    },
    { title: t.quality.topic, width: 130, ellipsis: true, dataIndex: 'topic' },
    ...(onReview ? [{ title: t.search.agent, width: 100, render: (_: unknown, { agent }: Review) => agent.name }] : []),
    {
      title: t.quality.score,
      width: 80,
      align: 'right',
      render: (_, { score }) => <strong data-low={score < 60}>{score}</strong>,
    },
    {
      title: t.quality.details,
      render: (_, { points, comment }) => (
        <>
          {(sheet.data?.criteria ?? []).map(({ id, title, points: most }) => (
            <Tag key={id} color={(points[id] ?? 0) < most / 2 ? 'orange' : 'default'}>
              {title} {fill(t.quality.points, { points: points[id] ?? 0, most })}
            </Tag>
          ))}
          {comment !== null && <div className="answer-text">{comment}</div>}
        </>
      ),
    },
    { title: t.quality.reviewer, width: 100, ellipsis: true, dataIndex: 'reviewer' },
    {
      title: t.quality.at,
      width: 120,
      render: (_, { created_at }) => describeTime(new Date(created_at), now, t.times),
    },
    ...(onReview
      ? [
          {
            width: 100,
            render: (_: unknown, review: Review) => (
              <Button
                size="small"
                onClick={() => onReview({ id: review.ticket_id, number: review.number, before: review })}
              >
                {t.quality.change}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Table
      rowKey="ticket_id"
      size="small"
      pagination={false}
      scroll={{ x: 1150 }}
      loading={props.loading}
      columns={columns}
      dataSource={props.reviews}
      locale={{ emptyText: props.empty }}
    />
  );
}

interface Values {
  points: Record<string, number | null>;
  comment?: string;
}

/** The score sheet beside the conversation that it is about. */
export function ReviewDrawer(props: { reviewed: Reviewed; onClose: () => void; onSaved: () => void }): JSX.Element {
  const { api } = useDesk();
  const { id, number, before } = props.reviewed;
  const [form] = Form.useForm<Values>();
  const [run, busy] = useAction();
  const sheet = useQuery({ queryKey: ['quality', 'sheet'], queryFn: api.qualitySheet, staleTime: Infinity });
  const ticket = useQuery({ queryKey: ['ticket', id], queryFn: () => api.ticket(id) });
  const criteria = sheet.data?.criteria ?? [];
  const given = Form.useWatch('points', form) as Record<string, number | null> | undefined;
  const missing = criteria.filter((criterion) => typeof given?.[criterion.id] !== 'number').length;
  const most = criteria.reduce((sum, { points }) => sum + points, 0);
  const sum = criteria.reduce((total, criterion) => total + (given?.[criterion.id] ?? 0), 0);
  const save = async ({ points, comment }: Values): Promise<void> => {
    const done = await run(
      () => api.review(id, points as Record<string, number>, comment?.trim() ?? ''),
      t.quality.saved,
    );
    if (!done) return;
    props.onSaved();
    props.onClose();
  };
  return (
    <Drawer
      open
      size={1100}
      className="review"
      title={fill(t.quality.review_of, { number })}
      onClose={props.onClose}
      footer={
        <div className="review-footer">
          <strong className="quality-total">
            {missing > 0
              ? fill(t.quality.missing, { count: missing })
              : fill(t.quality.total, { score: most > 0 ? Math.round((100 * sum) / most) : 0 })}
          </strong>
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button type="primary" loading={busy} disabled={criteria.length === 0} onClick={() => form.submit()}>
            {t.save}
          </Button>
        </div>
      }
    >
      <div className="review-log">
        {ticket.isError && <p className="error-text">{errorText(ticket.error)}</p>}
        {ticket.data && (
          <>
            <p className="muted">
              {[ticketTitle(ticket.data), ticket.data.agent?.name, ticket.data.note]
                .filter((part) => typeof part === 'string' && part !== '')
                .join(t.event_separator)}
            </p>
            <ConversationLog conversationId={ticket.data.conversation_id} name={userName(ticket.data)} />
          </>
        )}
      </div>
      {criteria.length > 0 && (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          className="review-sheet"
          initialValues={{ points: before?.points ?? {}, comment: before?.comment ?? '' }}
          onFinish={(values) => void save(values)}
        >
          {criteria.map((criterion) => (
            <Form.Item
              key={criterion.id}
              name={['points', criterion.id]}
              label={criterion.title}
              extra={criterion.hint}
              rules={[{ required: true, message: t.missing }]}
            >
              <InputNumber min={0} max={criterion.points} precision={0} suffix={`/ ${criterion.points}`} />
            </Form.Item>
          ))}
          <Form.Item name="comment" label={t.quality.comment} extra={t.quality.comment_hint}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} />
          </Form.Item>
        </Form>
      )}
    </Drawer>
  );
}
