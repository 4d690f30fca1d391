import type { JSX } from 'preact';
import type { QuickReply } from '../core/protocol.ts';
import { supportPayload, type SupportPayload } from '../core/support.ts';
import { Button } from './chatui.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

interface QuickRepliesProps {
  buttons: readonly QuickReply[];
  /** Does what a button of the gateway's own means; returns whether the window can. */
  onSupport: (payload: SupportPayload) => boolean;
}

/** The buttons of the newest turn. What cannot be undone looks like it. */
export function QuickReplies({ buttons, onSupport }: QuickRepliesProps): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  return (
    <div class="quick-replies" role="group" aria-label={strings.quick_replies}>
      {buttons.map((button) => (
        <Button
          key={button.payload + button.title}
          variant="outline"
          data-role={button.role}
          onClick={() => {
            const own = supportPayload(button.payload);
            if (own && onSupport(own)) return;
            chat.press(button);
            refocus();
          }}
        >
          {button.role === 'danger' && <Icon name="warning" size={16} />}
          {button.number !== undefined && (
            <span class="quick-reply-number" aria-hidden="true">
              {button.number}
            </span>
          )}
          {button.title}
        </Button>
      ))}
    </div>
  );
}

/** What an older message offered, and which was chosen: to be read, not to be pressed. */
export function FormerOffer({ buttons, chosen }: { buttons: readonly QuickReply[]; chosen: string }): JSX.Element {
  const { strings } = useChatContext();
  return (
    <ul class="former-offer" aria-label={strings.former_offer} aria-live="off">
      {buttons.map(({ title, payload }) => (
        <li key={payload + title} data-chosen={title === chosen}>
          {title === chosen && <Icon name="check" size={14} />}
          {title}
          {title === chosen && <span class="only-read">{strings.chosen}</span>}
        </li>
      ))}
    </ul>
  );
}
