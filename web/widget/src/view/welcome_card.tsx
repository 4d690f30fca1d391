import type { JSX } from 'preact';
import type { Message } from '../core/protocol.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { QuestionList } from './question_list.tsx';
import { FormerOffer } from './quick_replies.tsx';
import { RichText } from './rich_text.tsx';
import { useHotQuestions } from './use_hot_questions.ts';

/** The greeting, with the main topics to choose from as long as they are what the bot offers. */
export function WelcomeCard(props: {
  message: Message;
  offering: boolean;
  /** The title of the button that was pressed. */
  chosen: string;
}): JSX.Element {
  const { message, offering, chosen } = props;
  const { chat, strings, refocus, preferences } = useChatContext();
  const hot = useHotQuestions(offering)
    .filter(({ atWelcome }) => atWelcome)
    .map(({ text }) => text);
  const ask = (question: string): void => {
    chat.sendText(question);
    refocus();
  };
  return (
    <div class="welcome-card">
      <div class="welcome-card-text">
        <RichText text={message.text} marked />
      </div>
      {offering ? (
        <div class="welcome-card-topics" role="group" aria-label={strings.topics}>
          {message.buttons.map((button) => (
            <button
              type="button"
              key={button.payload + button.title}
              onClick={() => {
                chat.press(button);
                refocus();
              }}
            >
              <span>{button.title}</span>
              <Icon name="arrow" size={16} />
            </button>
          ))}
        </div>
      ) : (
        <FormerOffer buttons={message.buttons} chosen={chosen} />
      )}
      {offering && preferences.hints.length > 0 && (
        <QuestionList label={strings.bar.hints} questions={preferences.hints} onPick={ask} />
      )}
      {hot.length > 0 && <QuestionList label={strings.bar.hot} questions={hot} onPick={ask} />}
    </div>
  );
}
