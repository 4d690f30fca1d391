import type { JSX } from 'preact';
import type { QuickReply } from '../core/protocol.ts';
import { Button } from './chatui.ts';
import { useChatContext } from './context.ts';

/** The buttons of the newest message. */
export function QuickReplies({ buttons }: { buttons: readonly QuickReply[] }): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  return (
    <div class="quick-replies" role="group" aria-label={strings.quick_replies}>
      {buttons.map(({ title, payload }, index) => (
        <Button
          key={payload + title}
          variant="outline"
          {...(index === 0 ? { color: 'primary' } : {})}
          onClick={() => {
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
