import type { JSX } from 'preact';
import type { QuickReply } from '../core/protocol.ts';
import { supportPayload, type SupportPayload } from '../core/support.ts';
import { Button } from './chatui.ts';
import { useChatContext } from './context.ts';

interface QuickRepliesProps {
  buttons: readonly QuickReply[];
  /** Does what a button of the gateway's own means; returns whether the window can. */
  onSupport: (payload: SupportPayload) => boolean;
}

/** The buttons of the newest message. */
export function QuickReplies({ buttons, onSupport }: QuickRepliesProps): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  return (
    <div class="quick-replies" role="group" aria-label={strings.quick_replies}>
      {buttons.map(({ title, payload }, index) => (
        <Button
          key={payload + title}
          variant="outline"
          {...(index === 0 ? { color: 'primary' } : {})}
          onClick={() => {
            const own = supportPayload(payload);
            if (own && onSupport(own)) return;
            chat.press(title, payload);
            refocus();
          }}
        >
          {title}
        </Button>
      ))}
    </div>
  );
}
