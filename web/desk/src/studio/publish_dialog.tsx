/** Asks who gets the draft: all, one site, or a share of the conversations first. */

import { Alert, Form, Modal, Radio, Select, Space } from 'antd';
import { useState, type JSX } from 'react';
import { fill, t } from '../i18n/strings.ts';
import { usePilot } from './queries.ts';

/** As `PilotRequest` of the protocol has it. */
const SHARES = [5, 10, 25, 50] as const;

/** Who gets a version first. */
export type Scope = { site: string } | { share: (typeof SHARES)[number] };

interface Props {
  /** How many entries are changed. */
  count: number;
  busy: boolean;
  onClose: () => void;
  /** Null: all get it. */
  onPublish: (scope: Scope | null) => void;
}

export function PublishDialog({ count, busy, onClose, onPublish }: Props): JSX.Element {
  const [whom, setWhom] = useState<'all' | 'site' | 'share'>('all');
  const [site, setSite] = useState<string | null>(null);
  const [share, setShare] = useState<(typeof SHARES)[number]>(10);
  const sites = usePilot().data?.sites ?? [];
  const scope = whom === 'share' ? { share } : whom === 'site' && site !== null ? { site } : null;
  return (
    <Modal
      open
      title={fill(t.studio.publish_sure, { count })}
      okText={whom === 'all' ? t.studio.publish : t.studio.pilot.start}
      okButtonProps={{ disabled: whom === 'site' && site === null }}
      confirmLoading={busy}
      onOk={() => onPublish(scope)}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={t.studio.pilot.whom}>
          <Radio.Group
            value={whom}
            aria-label={t.studio.pilot.whom}
            onChange={({ target }) => setWhom(target.value as typeof whom)}
          >
            <Space direction="vertical">
              {(['all', 'site', 'share'] as const).map((it) => (
                <Radio key={it} value={it}>
                  {t.studio.pilot[it]}
                </Radio>
              ))}
            </Space>
          </Radio.Group>
        </Form.Item>
        {whom === 'site' && (
          <Form.Item label={t.studio.pilot.which_site} htmlFor="pilot-site">
            <Select
              id="pilot-site"
              value={site}
              placeholder={t.studio.pilot.choose_site}
              showSearch={{ optionFilterProp: ['label', 'value'] }}
              options={sites.map(({ key, name }) => ({
                value: key,
                label: sites.some((other) => other.name === name && other.key !== key) ? `${name} (${key})` : name,
              }))}
              onChange={(key: string | null) => setSite(key)}
            />
          </Form.Item>
        )}
        {whom === 'share' && (
          <Form.Item label={t.studio.pilot.how_many}>
            <Radio.Group
              optionType="button"
              value={share}
              aria-label={t.studio.pilot.how_many}
              options={SHARES.map((it) => ({ value: it, label: `${it}%` }))}
              onChange={({ target }) => setShare(target.value as typeof share)}
            />
          </Form.Item>
        )}
      </Form>
      <Alert type="info" showIcon title={whom === 'all' ? t.studio.publish_lead : t.studio.pilot[`${whom}_lead`]} />
    </Modal>
  );
}
