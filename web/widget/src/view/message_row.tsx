import type { ComponentChildren, JSX } from 'preact';
import type { Author, Message } from '../core/protocol.ts';
import { fill } from '../i18n/language.ts';
import { Avatar, Bubble, SystemMessage } from './chatui.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { Picture } from './picture.tsx';
import { RichText } from './rich_text.tsx';
import { StepCard } from './step_card.tsx';
import { WelcomeCard } from './welcome_card.tsx';

/** A row of the log: who says it stands beside it, and is read aloud before it. */
export function Row(props: { author: Author; first: boolean; children: ComponentChildren }): JSX.Element {
  const { author, first, children } = props;
  const { strings } = useChatContext();
  const own = author === 'user';
  return (
    <div class={`row row-${own ? 'own' : 'other'}`} data-author={author} data-first={first}>
      {!own && (
        <Avatar size="md" className={`avatar avatar-${author}`}>
          {first && <Icon name={author === 'agent' ? 'human' : 'shield'} size={18} />}
        </Avatar>
      )}
      <div class="row-content">
        <span class="only-read">{fill(strings.says, { author: strings.author[author] })}</span>
        {first && author === 'agent' && (
          <span class="row-author" aria-hidden="true">
            {strings.author.agent}
          </span>
        )}
        {children}
      </div>
    </div>
  );
}

interface MessageRowProps {
  message: Message;
  /** It is the first of several by the same author. */
  first: boolean;
  /** It holds the buttons that are offered now. */
  offering: boolean;
  /** It is the step that the conversation is at. */
  newestStep: boolean;
}

/** One message of the transcript. */
export function MessageRow({ message, first, offering, newestStep }: MessageRowProps): JSX.Element {
  const { author, text, progress, attachment } = message;
  if (author === 'system') {
    return (
      <div class="row-system" data-notice={message.notice}>
        <SystemMessage content={text} />
      </div>
    );
  }
  const marked = author !== 'user';
  return (
    <Row author={author} first={first}>
      {message.response === 'utter_greet' && message.buttons.length > 0 ? (
        <WelcomeCard message={message} offering={offering} />
      ) : progress && text !== '' ? (
        <StepCard progress={progress} text={text} newest={newestStep} />
      ) : (
        text !== '' && (
          <Bubble type="text">
            <RichText text={text} marked={marked} />
          </Bubble>
        )
      )}
      {attachment && <Picture message={message} />}
    </Row>
  );
}
