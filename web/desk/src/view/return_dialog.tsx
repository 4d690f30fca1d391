/** Giving the user back to the bot. */

import { Alert, Modal } from 'antd';
import type { JSX } from 'react';
import { useLocation } from 'wouter';
import type { Ticket } from '../core/protocol.ts';
import { t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';

export function ReturnDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }): JSX.Element {
  const { api, desk, drafts } = useDesk();
  const [, go] = useLocation();
  const [run, busy] = useAction();
  const giveBack = async (): Promise<void> => {
    if (!(await run(async () => desk.adopt(await api.returnToBot(ticket.id)), t.return_to_bot.done))) return;
    onClose();
    go('/');
  };
  return (
    <Modal
      open
      title={t.return_to_bot.title}
      okText={t.actions.return_to_bot}
      okButtonProps={{ autoFocus: true }}
      confirmLoading={busy}
      onOk={() => void giveBack()}
      onCancel={onClose}
    >
      {drafts.read(ticket.id, 'reply').trim() !== '' && <Alert type="warning" showIcon title={t.close.unsent} />}
      <p>{t.return_to_bot.lead}</p>
    </Modal>
  );
}
