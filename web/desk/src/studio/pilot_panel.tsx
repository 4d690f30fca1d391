/** The version that is tried out, its figures beside those of what is published, and how it ends. */

import { useQueryClient } from '@tanstack/react-query';
import { describeTime } from '@uwallet/shared/time.ts';
import { Alert, App, Button, Space, Table, Tag, type TableProps } from 'antd';
import type { JSX } from 'react';
import { compare, shareOf, type Verdict } from '../core/pilot.ts';
import type { Pilot, PilotFigures, Publication } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk, useNow } from '../view/context.ts';
import { renew } from '../view/queries.ts';
import { usePilot, useStudioRole } from './queries.ts';

/** As a publication. Milliseconds. */
const PATIENCE = 90_000;

/** Whether more is better; the others are counts that say nothing by themselves. */
const IS_GOOD = { solved: true, handed_off: false, not_understood: false };

type Compared = keyof typeof IS_GOOD;

/** What a count of conversations is told with. */
function isCompared(name: keyof PilotFigures): name is Compared {
  return name in IS_GOOD;
}

const ROWS = ['conversations', 'solved', 'handed_off', 'unhelpful', 'not_understood'] as const;

export function PilotPanel(): JSX.Element | null {
  const running = usePilot().data?.running ?? null;
  return running && <RunningPilot pilot={running} />;
}

function RunningPilot({ pilot }: { pilot: Pilot }): JSX.Element {
  const { api } = useDesk();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const role = useStudioRole();
  const now = new Date(useNow(60_000));
  const [run, busy] = useAction();
  const number = pilot.version.number;
  const end = (sure: string, lead: string, okText: string, done: string, danger: boolean): void => {
    modal.confirm({
      title: fill(sure, { number }),
      content: lead,
      okText,
      okButtonProps: { danger },
      onOk: () =>
        run(
          async () => {
            if (danger) await api.request<Publication>('DELETE', '/knowledge/pilot', undefined, PATIENCE);
            else await api.request<Publication>('POST', '/knowledge/pilot/publication', {}, PATIENCE);
            await renew(queries, ['knowledge']);
          },
          fill(done, { number }),
        ),
    });
  };
  const texts = t.studio.pilot;
  const told = (figures: PilotFigures, name: (typeof ROWS)[number]): string => {
    const share = isCompared(name) && !pilot.is_few ? shareOf(figures[name], figures) : null;
    return share === null ? String(figures[name]) : `${Math.round(share * 100)}% (${figures[name]})`;
  };
  const columns: TableProps<{ name: (typeof ROWS)[number] }>['columns'] = [
    { title: texts.figure, render: (_, { name }) => texts.figures[name] },
    { title: fill(texts.new_one, { number }), render: (_, { name }) => told(pilot.pilot, name) },
    {
      title: fill(texts.other_one, { number: pilot.others.version }),
      render: (_, { name }) => told(pilot.others, name),
    },
    {
      title: texts.difference,
      render: (_, { name }) =>
        isCompared(name) && (
          <VerdictTag isGood={IS_GOOD[name]} verdict={compare(name, pilot.pilot, pilot.others, pilot.is_few)} />
        ),
    },
  ];
  return (
    <section className="studio-pilot" aria-label={texts.panel}>
      <h2>{fill(texts.title, { number })}</h2>
      <p>
        {pilot.share === null
          ? fill(texts.to_site, { name: pilot.site_name ?? '' })
          : fill(texts.to_share, { share: pilot.share })}
        {fill(texts.since, { name: pilot.agent, time: describeTime(new Date(pilot.started_at), now, t.times) })}
        {pilot.note !== '' && <span className="muted"> {pilot.note}</span>}
      </p>
      {pilot.is_few && <Alert type="info" showIcon title={texts.few} />}
      <Table
        rowKey="name"
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        columns={columns}
        dataSource={ROWS.map((name) => ({ name }))}
      />
      <p className="muted">
        {pilot.site === null ? texts.of_share : texts.of_site}
        {pilot.mixed > 0 && fill(texts.mixed, { count: pilot.mixed })}
      </p>
      <Space wrap>
        <Button
          type="primary"
          disabled={role !== 'publisher' || busy}
          onClick={() => end(texts.publish_sure, texts.publish_lead, texts.publish, texts.published, false)}
        >
          {texts.publish}
        </Button>
        <Button
          danger
          disabled={role !== 'publisher' || busy}
          onClick={() => end(texts.withdraw_sure, texts.withdraw_lead, texts.withdraw, texts.withdrawn, true)}
        >
          {texts.withdraw}
        </Button>
      </Space>
      {role !== 'publisher' && <p className="muted">{t.studio.needs_publisher}</p>}
    </section>
  );
}

function VerdictTag({ verdict, isGood }: { verdict: Verdict; isGood: boolean }): JSX.Element {
  const color = verdict === 'few' || verdict === 'chance' ? 'default' : (verdict === 'higher') === isGood ? 'green' : 'red'; // prettier-ignore
  return <Tag color={color}>{t.studio.pilot.verdicts[verdict]}</Tag>;
}
