/** Where the user can be reached: masked, until the agent asks for all of it; that is recorded. */

import { EyeOutlined } from '@ant-design/icons';
import { Button, Typography } from 'antd';
import { useState, type JSX } from 'react';
import type { Ticket } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';
import { contactAddress } from './labels.ts';

export function Contact({ ticket }: { ticket: Ticket }): JSX.Element {
  const { api } = useDesk();
  const [shown, setShown] = useState<{ hint: string | null; contact: string } | null>(null);
  const [run, busy] = useAction();
  // Another one may have been left meanwhile.
  if (shown?.hint !== ticket.contact) {
    const show = async (): Promise<void> => {
      const { contact } = await api.contact(ticket.id);
      setShown({ hint: ticket.contact, contact });
    };
    return (
      <span className="contact">
        {ticket.contact}
        <Button
          type="link"
          size="small"
          icon={<EyeOutlined />}
          loading={busy}
          title={t.contact.recorded}
          onClick={() => void run(show)}
        >
          {t.contact.show}
        </Button>
      </span>
    );
  }
  const address = contactAddress(shown.contact);
  return (
    <Typography.Text className="contact" copyable={{ text: shown.contact }}>
      {address === null ? shown.contact : <a href={address}>{shown.contact}</a>}
    </Typography.Text>
  );
}
