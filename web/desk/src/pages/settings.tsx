/** What admins set: opening hours, timers, the queue, the greeting; tests of hooks. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Card, Input, InputNumber, Popconfirm, Result, Space, Spin, Tag } from 'antd';
import { describeTime } from '@uwallet/shared/time.ts';
import { useState, type JSX, type ReactNode } from 'react';
import type { Configuration, TimersValue } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { Hooks } from '../settings/hooks.tsx';
import { HoursForm } from '../settings/hours_form.tsx';
import { errorText, useAction, useDesk, useNow } from '../view/context.ts';
import { adopt } from '../view/queries.ts';
import { zoneName } from '../view/labels.ts';
import { Page } from '../view/page.tsx';

type SettingName = 'hours' | 'timers' | 'queue' | 'welcome';

const KEY = ['settings'];

export function SettingsPage(): JSX.Element {
  const { api } = useDesk();
  const found = useQuery({ queryKey: KEY, queryFn: api.configuration });
  return (
    <Page title={t.nav.settings} lead={t.settings.lead}>
      {found.data ? (
        <Settings configuration={found.data} />
      ) : found.isError ? (
        <Result status="warning" title={errorText(found.error)} />
      ) : (
        <Spin className="page-spin" />
      )}
    </Page>
  );
}

function Settings({ configuration }: { configuration: Configuration }): JSX.Element {
  const { api, settings } = useDesk();
  const queries = useQueryClient();
  const [run, busy] = useAction();
  const save = (name: SettingName) => (value: object) =>
    void run(async () => adopt(queries, KEY, await api.changeSetting(name, value)), t.saved);
  const reset = (name: SettingName) => () =>
    void run(async () => adopt(queries, KEY, await api.resetSetting(name)), t.settings.reset_done);
  // A form begins anew with what was saved or reset.
  const version = (name: SettingName): string =>
    `${configuration[name].source}-${configuration[name].changed_at ?? ''}`;
  const { hours, timers, queue, welcome } = configuration;
  return (
    <div className="settings">
      <Setting
        title={t.settings.hours.title}
        lead={fill(t.settings.hours.lead, { zone: zoneName(settings.time_zone) })}
        origin={hours}
        onReset={reset('hours')}
      >
        <HoursForm key={version('hours')} value={hours.value} busy={busy} onSave={save('hours')} />
      </Setting>
      <Setting title={t.settings.timers.title} lead={t.settings.timers.lead} origin={timers} onReset={reset('timers')}>
        <TimersForm key={version('timers')} value={timers.value} busy={busy} onSave={save('timers')} />
      </Setting>
      <Setting title={t.settings.queue.title} lead={t.settings.queue.lead} origin={queue} onReset={reset('queue')}>
        <QueueForm key={version('queue')} limit={queue.value.limit} busy={busy} onSave={save('queue')} />
      </Setting>
      <Setting
        title={t.settings.welcome.title}
        lead={t.settings.welcome.lead}
        origin={welcome}
        onReset={reset('welcome')}
      >
        <WelcomeForm key={version('welcome')} text={welcome.value.text} busy={busy} onSave={save('welcome')} />
      </Setting>
      <Hooks hooks={configuration.hooks} />
    </div>
  );
}

function Setting(props: {
  title: string;
  lead: string;
  origin: Pick<Configuration['queue'], 'source' | 'changed_at' | 'changed_by'>;
  onReset: () => void;
  children: ReactNode;
}): JSX.Element {
  const now = new Date(useNow(60_000));
  const { source, changed_at, changed_by } = props.origin;
  return (
    <Card
      size="small"
      title={props.title}
      extra={
        <Space wrap>
          {changed_at !== null && (
            <span className="muted">
              {fill(t.settings.changed, {
                name: changed_by ?? '',
                time: describeTime(new Date(changed_at), now, t.times),
              })}
            </span>
          )}
          <Tag color={source === 'desk' ? 'green' : 'default'}>{t.settings.sources[source]}</Tag>
          {source === 'desk' && (
            <Popconfirm title={t.settings.reset_sure} onConfirm={props.onReset}>
              <Button size="small">{t.settings.reset}</Button>
            </Popconfirm>
          )}
        </Space>
      }
    >
      <p className="muted">{props.lead}</p>
      {props.children}
    </Card>
  );
}

const TIMERS = [
  'queue_timeout',
  'queue_abandoned_after',
  'agent_silent_after',
  'user_remind_after',
  'user_left_after',
] as const;

function TimersForm(props: { value: TimersValue; busy: boolean; onSave: (value: TimersValue) => void }): JSX.Element {
  const [value, setValue] = useState(props.value);
  const inOrder = value.user_left_after > value.user_remind_after;
  return (
    <div className="settings-form">
      {TIMERS.map((name) => (
        <label key={name} className="settings-field">
          <span>{t.settings.timers.fields[name]}</span>
          <InputNumber
            min={name === 'queue_abandoned_after' ? 0 : 0.5}
            max={1440}
            suffix={t.settings.timers.unit}
            value={value[name] / 60}
            onChange={(minutes) => minutes !== null && setValue({ ...value, [name]: minutes * 60 })}
          />
        </label>
      ))}
      <label className="settings-field">
        <span>{t.settings.timers.fields.urgent_patience}</span>
        <InputNumber
          min={1}
          max={20}
          suffix={t.settings.timers.times}
          value={value.urgent_patience}
          onChange={(factor) => factor !== null && setValue({ ...value, urgent_patience: factor })}
        />
      </label>
      {!inOrder && <p className="error-text">{t.settings.timers.order}</p>}
      <Button type="primary" disabled={!inOrder} loading={props.busy} onClick={() => props.onSave(value)}>
        {t.save}
      </Button>
    </div>
  );
}

function QueueForm(props: {
  limit: number | null;
  busy: boolean;
  onSave: (value: { limit: number | null }) => void;
}): JSX.Element {
  const [limit, setLimit] = useState(props.limit);
  return (
    <div className="settings-form">
      <label className="settings-field">
        <span>{t.settings.queue.limit}</span>
        <InputNumber
          min={1}
          max={10_000}
          precision={0}
          suffix={t.settings.queue.people}
          placeholder={t.settings.queue.none}
          value={limit}
          onChange={setLimit}
        />
      </label>
      <Button type="primary" loading={props.busy} onClick={() => props.onSave({ limit })}>
        {t.save}
      </Button>
    </div>
  );
}

function WelcomeForm(props: {
  text: string | null;
  busy: boolean;
  onSave: (value: { text: string | null }) => void;
}): JSX.Element {
  const [text, setText] = useState(props.text ?? '');
  return (
    <div className="settings-form">
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={500}
        showCount
        aria-label={t.settings.welcome.title}
        placeholder={t.settings.welcome.placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button
        type="primary"
        loading={props.busy}
        onClick={() => props.onSave({ text: text.trim() === '' ? null : text.trim() })}
      >
        {t.save}
      </Button>
    </div>
  );
}
