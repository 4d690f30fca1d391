import type { JSX } from 'preact';
import type { Message } from '../core/protocol.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { RichText } from './rich_text.tsx';

/** The greeting, with the main topics to choose from as long as they are what the bot offers. */
export function WelcomeCard({ message, offering }: { message: Message; offering: boolean }): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  return (
    <div class="welcome-card">
      <div class="welcome-card-text">
        <RichText text={message.text} marked />
      </div>
      {offering && (
        <div class="welcome-card-topics" role="group" aria-label={strings.topics}>
          {message.buttons.map(({ title, payload }) => (
            <button
              type="button"
              key={payload + title}
              onClick={() => {
                chat.press(title, payload);
                refocus();
              }}
            >
              <span>{title}</span>
              <Icon name="arrow" size={16} />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
