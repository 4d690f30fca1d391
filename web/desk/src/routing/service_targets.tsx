/** How soon users are to be answered and helped, by priority. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, InputNumber, Result, Spin, Switch } from 'antd';
import type { JSX } from 'react';
import type { ServiceTargets as Targets, ServiceTargetsView } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { minutesOf, secondsOf } from './minutes.ts';

const PRIORITIES = ['urgent', 'high', 'normal'] as const;
const KINDS = ['first_reply', 'resolution'] as const;

export function ServiceTargets(): JSX.Element {
  const { api } = useDesk();
  const targets = useQuery({ queryKey: ['targets'], queryFn: api.targets });
  if (targets.isError) return <Result status="warning" title={errorText(targets.error)} />;
  if (!targets.data) return <Spin className="page-spin" />;
  return <TargetsForm key={JSON.stringify(targets.data)} view={targets.data} />;
}

type Minutes = Record<(typeof KINDS)[number], Record<(typeof PRIORITIES)[number], number | null>>;
type Values = Minutes & { opening_hours_only: boolean };

function TargetsForm({ view }: { view: ServiceTargetsView }): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const save = (values: Values): void => {
    const body = { ...converted(values, secondsOf), opening_hours_only: values.opening_hours_only };
    void run(async () => adopt(queries, ['targets'], await api.saveTargets(body)), t.saved);
  };
  return (
    <Form
      layout="vertical"
      className="rules"
      requiredMark={false}
      disabled={agent.role !== 'admin'}
      initialValues={{
        ...converted(view.targets, minutesOf),
        opening_hours_only: view.targets.opening_hours_only,
      }}
      onFinish={(values: Values) => save(values)}
    >
      <p className="muted">{t.targets.lead}</p>
      {KINDS.map((kind) => (
        <fieldset key={kind} className="targets">
          <legend>{t.targets.kinds[kind]}</legend>
          <p className="muted">{t.targets.leads[kind]}</p>
          <div className="targets-fields">
            {PRIORITIES.map((priority, index) => (
              <Form.Item key={priority} name={[kind, priority]} label={t.priorities[index]}>
                <InputNumber min={0.2} max={43_200} suffix={t.routing.minutes} placeholder={t.targets.none} />
              </Form.Item>
            ))}
          </div>
        </fieldset>
      ))}
      <Form.Item
        name="opening_hours_only"
        label={t.targets.opening_hours_only}
        extra={t.targets.opening_hours_lead}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {agent.role === 'admin' && (
        <Button type="primary" htmlType="submit" loading={busy}>
          {t.save}
        </Button>
      )}
    </Form>
  );
}

function converted(
  targets: Pick<Targets, 'first_reply' | 'resolution'> | Minutes,
  convert: (value: number | null) => number | null,
): Minutes {
  const [first_reply, resolution] = KINDS.map((kind) => {
    const { urgent, high, normal } = targets[kind];
    return { urgent: convert(urgent ?? null), high: convert(high ?? null), normal: convert(normal ?? null) };
  }) as [Minutes['first_reply'], Minutes['resolution']];
  return { first_reply, resolution };
}
