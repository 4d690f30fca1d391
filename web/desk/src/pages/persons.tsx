/** One person's data, told and erased on request; for admins. */

import { Alert, App, Button, Form, Input, Segmented, Typography } from 'antd';
import { useState, type JSX } from 'react';
import type { Erased, PersonRequest } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from '../view/context.ts';
import { Page } from '../view/page.tsx';

type Kind = 'user' | 'visitor';

interface Values {
  site: string;
  user_id: string;
  conversation_id: string;
}

export function Persons(): JSX.Element {
  const { api } = useDesk();
  const { modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [kind, setKind] = useState<Kind>('user');
  const [proof, setProof] = useState<Erased | null>(null);
  const [run, busy] = useAction();

  const wanted = async (): Promise<PersonRequest | null> => {
    const values = await form.validateFields().catch(() => null);
    if (values === null) return null;
    if (kind === 'visitor') return { conversation_id: values.conversation_id.trim() };
    return { site: values.site.trim(), user_id: values.user_id.trim() };
  };
  const save = async (): Promise<void> => {
    const person = await wanted();
    if (person !== null) await run(async () => download(await api.exportPerson(person), 'person.zip'));
  };
  const erase = async (): Promise<void> => {
    const person = await wanted();
    if (person === null) return;
    modal.confirm({
      title: t.persons.erase_sure,
      content: t.persons.erase_lead,
      okText: t.persons.erase,
      okButtonProps: { danger: true },
      onOk: () =>
        run(async () => {
          setProof(await api.erasePerson(person));
          form.resetFields();
        }),
    });
  };
  const missing = [{ required: true, whitespace: true, message: t.missing }];
  return (
    <Page title={t.nav.persons} lead={t.persons.lead}>
      <Form form={form} layout="vertical" requiredMark={false} className="persons">
        <Form.Item>
          <Segmented
            value={kind}
            onChange={setKind}
            options={(['user', 'visitor'] as const).map((value) => ({ value, label: t.persons.kinds[value] }))}
          />
        </Form.Item>
        {kind === 'user' ? (
          <>
            <Form.Item name="site" label={t.persons.site} rules={missing}>
              <Input maxLength={64} autoComplete="off" />
            </Form.Item>
            <Form.Item name="user_id" label={t.persons.user_id} rules={missing}>
              <Input maxLength={255} autoComplete="off" />
            </Form.Item>
          </>
        ) : (
          <Form.Item
            name="conversation_id"
            label={t.persons.conversation}
            extra={t.persons.conversation_hint}
            rules={missing}
          >
            <Input maxLength={32} autoComplete="off" />
          </Form.Item>
        )}
        <div className="toolbar">
          <Button loading={busy} onClick={() => void save()}>
            {t.persons.export}
          </Button>
          <Button danger loading={busy} onClick={() => void erase()}>
            {t.persons.erase}
          </Button>
        </div>
      </Form>
      {proof !== null && (
        <Alert
          type={proof.engine_events === null ? 'warning' : 'success'}
          title={proof.engine_events === null ? t.persons.engine_later : t.persons.erased}
          description={
            <>
              <p>
                {proof.backups_until === null
                  ? t.persons.backups_unknown
                  : fill(t.persons.backups, { until: proof.backups_until })}
              </p>
              <Typography.Paragraph copyable className="password">
                {JSON.stringify(proof)}
              </Typography.Paragraph>
            </>
          }
        />
      )}
    </Page>
  );
}

/** Saves what was fetched as a file. */
function download(data: Blob, name: string): void {
  const address = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
