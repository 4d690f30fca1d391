import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OutboxEntry } from '../core/outbox.ts';
import type { Upload } from '../core/uploads.ts';
import { Bubble } from './chatui.ts';
import { useChatState, useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { Row } from './message_row.tsx';

interface DeliveryProps {
  failed: boolean;
  error: string;
  retryable: boolean;
  onRetry: () => void;
  onDiscard: () => void;
  /** Puts the text back to where it was written. */
  onEdit?: () => void;
}

function Delivery({ failed, error, retryable, onRetry, onDiscard, onEdit }: DeliveryProps): JSX.Element {
  const { strings, refocus } = useChatContext();
  const { phase } = useChatState();
  const { delivery } = strings;
  const then = (act: () => void) => (): void => {
    act();
    refocus();
  };
  if (!failed) {
    // What the gateway asks patience for is sent by itself.
    const state = error === '' ? delivery.sending : delivery.paused;
    return <div class="delivery">{phase === 'offline' ? delivery.waiting : state}</div>;
  }
  return (
    <div class="delivery delivery-failed">
      <Icon name="warning" size={14} />
      <span>{error === '' ? delivery.failed : error}</span>
      {retryable && (
        <button type="button" onClick={then(onRetry)}>
          {delivery.retry}
        </button>
      )}
      {onEdit && (
        <button type="button" onClick={onEdit}>
          {delivery.edit}
        </button>
      )}
      <button type="button" onClick={then(onDiscard)}>
        {delivery.discard}
      </button>
    </div>
  );
}

function Pending({ children, delivery }: { children: ComponentChildren; delivery: DeliveryProps }): JSX.Element {
  return (
    <Row author="user" first={false}>
      {children}
      <Delivery {...delivery} />
    </Row>
  );
}

/** A message that is not acknowledged yet. */
export function PendingRow(props: {
  entry: OutboxEntry;
  /** What it gives as a rating, in words. */
  rating: string | null;
  onEdit: (text: string) => void;
}): JSX.Element {
  const { entry, rating, onEdit } = props;
  const { chat } = useChatContext();
  const delivery: DeliveryProps = {
    failed: entry.state === 'failed',
    error: entry.error,
    retryable: entry.retryable,
    onRetry: () => chat.retry(entry.client_id),
    onDiscard: () => void chat.discard(entry.client_id),
  };
  if (entry.kind === 'text') delivery.onEdit = () => onEdit(chat.discard(entry.client_id));
  return (
    <Pending delivery={delivery}>
      <Bubble type="text" data-state={entry.state}>
        {rating ?? entry.shown}
      </Bubble>
    </Pending>
  );
}

/** A picture on its way. */
export function UploadRow({ upload }: { upload: Upload }): JSX.Element {
  const { chat, strings } = useChatContext();
  // Browsers show fewer kinds of pictures than the gateway takes.
  const [unreadable, setUnreadable] = useState(false);
  return (
    <Pending
      delivery={{
        failed: upload.state === 'failed',
        error: upload.error,
        retryable: upload.retryable,
        onRetry: () => chat.retry(upload.client_id),
        onDiscard: () => void chat.discard(upload.client_id),
      }}
    >
      {unreadable ? (
        <div class="picture-failed">{upload.name}</div>
      ) : (
        <div class="picture" data-state={upload.state}>
          <img src={upload.preview} alt={strings.image.alt} onError={() => setUnreadable(true)} />
        </div>
      )}
      {upload.caption !== '' && <Bubble type="text">{upload.caption}</Bubble>}
    </Pending>
  );
}
