/** How tickets come to agents. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, InputNumber, Radio, Result, Spin } from 'antd';
import type { JSX } from 'react';
import type { RoutingRules, RoutingView } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { errorText, useAction, useDesk } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { minutesOf, secondsOf } from './minutes.ts';

const MODES: readonly RoutingRules['mode'][] = ['manual', 'automatic', 'in_turn'];

export function AssignmentRules(): JSX.Element {
  const { api } = useDesk();
  const rules = useQuery({ queryKey: ['routing'], queryFn: api.routing });
  if (rules.isError) return <Result status="warning" title={errorText(rules.error)} />;
  if (!rules.data) return <Spin className="page-spin" />;
  return <RulesForm key={JSON.stringify(rules.data)} view={rules.data} />;
}

function RulesForm({ view }: { view: RoutingView }): JSX.Element {
  const { api, agent } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const { routing, defaults } = view;
  const save = (values: { mode: RoutingRules['mode']; gone_after: number | null }): void => {
    const rule = { mode: values.mode, gone_after: secondsOf(values.gone_after) };
    void run(async () => adopt(queries, ['routing'], await api.saveRouting(rule)), t.saved);
  };
  return (
    <Form
      layout="vertical"
      className="rules"
      requiredMark={false}
      disabled={agent.role !== 'admin'}
      initialValues={{ mode: routing.mode, gone_after: minutesOf(routing.gone_after) }}
      onFinish={save}
    >
      <Form.Item name="mode" label={t.routing.mode} extra={byDefault(t.routing.modes[defaults.mode].title)}>
        <Radio.Group className="rules-choices">
          {MODES.map((mode) => (
            <Radio key={mode} value={mode}>
              {t.routing.modes[mode].title}
              <div className="muted">{t.routing.modes[mode].lead}</div>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      <Form.Item
        name="gone_after"
        label={t.routing.gone_after}
        extra={`${t.routing.gone_after_lead}${byDefault(
          defaults.gone_after === null
            ? t.routing.off
            : fill(t.waits.minutes, { minutes: minutesOf(defaults.gone_after) ?? 0 }),
        )}`}
      >
        <InputNumber min={0.5} max={10_080} step={1} suffix={t.routing.minutes} placeholder={t.routing.off} />
      </Form.Item>
      {agent.role === 'admin' ? (
        <Button type="primary" htmlType="submit" loading={busy}>
          {t.save}
        </Button>
      ) : (
        <p className="muted">{t.routing.admins_only}</p>
      )}
    </Form>
  );
}

function byDefault(value: string): string {
  return fill(t.routing.by_default, { value });
}
