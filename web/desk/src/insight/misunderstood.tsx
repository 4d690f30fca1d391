/** What the bot did not understand or guessed wrong, to be labelled with one click each. */

import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { Button, Checkbox, Popover, Segmented, Select, Space, Table, Tag, type TableProps } from 'antd';
import { useState, type JSX } from 'react';
import { search } from '../core/api.ts';
import { withRecent, type Misunderstood as Row, type MisunderstoodPage } from '../core/insight.ts';
import { fill, nameOf, t } from '../i18n/strings.ts';
import { errorText, useActionsInTurn, useDesk, useNow } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { MisunderstoodText } from './misunderstood_text.tsx';

const KINDS = [
  '',
  'out_of_scope',
  'not_understood',
  'not_meant',
  'unhelpful',
  'marked',
  'chosen',
  'step_problem',
] as const;
const PAGE = 50;

/** Labels offered as buttons, as the same trouble comes in series. */
const RECENT = 3;

export function Misunderstood(): JSX.Element {
  const { api } = useDesk();
  const queries = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('');
  const [all, setAll] = useState(false);
  const [handedOver, setHandedOver] = useState(false);
  const [recent, setRecent] = useState<readonly string[]>([]);
  const now = new Date(useNow(60_000));
  const run = useActionsInTurn();
  const key = ['misunderstood', kind, all, handedOver];
  const intents = useQuery({ queryKey: ['intents'], queryFn: api.intents, staleTime: Infinity, retry: false });
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) =>
      api.request<MisunderstoodPage>(
        'GET',
        '/insight/misunderstood' +
          search({
            kind,
            labelled: all ? undefined : false,
            handed_over: handedOver ? true : undefined,
            before: pageParam,
            limit: PAGE,
          }),
      ),
    initialPageParam: null as MisunderstoodPage['next'],
    getNextPageParam: (page) => (page.has_more ? page.next : undefined),
  });
  const titles = new Map((intents.data ?? []).map(({ name, title }) => [name, title]));
  const titleOf = (intent: string): string => titles.get(intent) ?? intent;

  /** Shows the new label at once; the row stays, so that a wrong click is taken back where it was made. */
  const show = (row: Row, label: string | null): void => {
    void adopt<InfiniteData<MisunderstoodPage>>(queries, key, (data) => data && withLabel(data, row, label));
  };
  const label = (row: Row, intent: string | null): void => {
    show(row, intent);
    if (intent !== null) setRecent((before) => withRecent(before, intent, RECENT));
    // Rows are labelled faster than they are stored.
    void run(() => api.request('PUT', `/insight/labels/${row.conversation_id}/${row.message_id}`, { intent })).then(
      (done) => {
        if (!done) show(row, row.label);
      },
    );
  };
  const columns: TableProps<Row>['columns'] = [
    {
      title: t.insight.message,
      render: (_, row) => (
        <Popover content={<Context row={row} />} mouseEnterDelay={0.4} placement="bottomLeft">
          <div>
            <MisunderstoodText row={row} now={now} />
          </div>
        </Popover>
      ),
    },
    {
      title: t.insight.guess,
      width: 190,
      render: (_, { intent, confidence }) =>
        intent !== null && (
          <>
            {titleOf(intent)}
            {confidence !== null && <span className="muted"> {Math.round(confidence * 100)}%</span>}
          </>
        ),
    },
    {
      title: t.insight.label,
      width: 430,
      render: (_, row) =>
        row.label !== null ? (
          <Tag color="green" closable onClose={(event) => (event.preventDefault(), label(row, null))}>
            {titleOf(row.label)}
          </Tag>
        ) : (
          <Space wrap size={4}>
            {[...new Set([...(row.intent === null ? [] : [row.intent]), ...recent])].map((intent) => (
              <Button key={intent} size="small" onClick={() => label(row, intent)}>
                {titleOf(intent)}
              </Button>
            ))}
            <Select
              size="small"
              className="label-select"
              aria-label={fill(t.insight.label_of, { text: row.text })}
              placeholder={t.insight.choose}
              value={null}
              showSearch={{ optionFilterProp: 'label' }}
              loading={intents.isLoading}
              notFoundContent={intents.isError ? errorText(intents.error) : undefined}
              options={(intents.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
              onChange={(intent: string | null) => intent !== null && label(row, intent)}
            />
          </Space>
        ),
    },
  ];
  return (
    <>
      <p className="muted">{t.insight.misunderstood_lead}</p>
      <div className="toolbar">
        <Segmented
          value={kind}
          onChange={setKind}
          options={KINDS.map((value) => ({ value, label: value === '' ? t.search.all : t.insight.kinds[value] }))}
        />
        <Checkbox checked={handedOver} onChange={(event) => setHandedOver(event.target.checked)}>
          {t.insight.only_handed_over}
        </Checkbox>
        <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>
          {t.insight.with_labelled}
        </Checkbox>
      </div>
      <Table
        rowKey={({ conversation_id, message_id }) => `${conversation_id}-${message_id}`}
        size="middle"
        pagination={false}
        loading={found.isLoading}
        columns={columns}
        dataSource={found.data?.pages.flatMap(({ messages }) => messages) ?? []}
        locale={{ emptyText: found.isError ? errorText(found.error) : t.insight.misunderstood_empty }}
      />
      {found.hasNextPage && (
        <Button block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}

function Context({ row }: { row: Row }): JSX.Element {
  return (
    <div className="misunderstood-context">
      {row.context.map(({ author, text }, index) => (
        <p key={index}>
          <span className="muted">{nameOf(t.authors, author)}</span> {text}
        </p>
      ))}
    </div>
  );
}

function withLabel(
  data: InfiniteData<MisunderstoodPage>,
  row: Row,
  label: string | null,
): InfiniteData<MisunderstoodPage> {
  const isIt = (other: Row): boolean =>
    other.conversation_id === row.conversation_id && other.message_id === row.message_id;
  const pages = data.pages.map((page) => ({
    ...page,
    messages: page.messages.map((other) => (isIt(other) ? { ...other, label } : other)),
  }));
  return { ...data, pages };
}
