import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Author, Message } from '../core/protocol.ts';
import { supportPayload } from '../core/support.ts';
import { GREETING } from '../core/transcript.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { describeTime } from '@uwallet/shared/time.ts';
import { AnswerFeedback } from './answer_feedback.tsx';
import { Avatar, Bubble, SystemMessage } from './chatui.ts';
import { useChatContext } from './context.ts';
import { CopyButton } from './copy_button.tsx';
import { Icon } from './icons.tsx';
import { FormerOffer } from './quick_replies.tsx';
import { Picture } from './picture.tsx';
import { RichText } from './rich_text.tsx';
import { SpeakButton } from './speak_button.tsx';
import { CardParts, StepCard } from './step_card.tsx';
import { WelcomeCard } from './welcome_card.tsx';

interface RowProps {
  author: Author;
  /** It is the first of several by the same author. */
  first: boolean;
  /** Name of the agent. */
  agent?: string | null;
  /** It is a supervisor. */
  supervisor?: boolean;
  /** When it was written, ISO 8601. */
  time?: string;
  children: ComponentChildren;
}

/** A row of the log: who says it stands beside it, and is read aloud before it. */
export function Row(props: RowProps): JSX.Element {
  const { author, first, agent = null, supervisor = false, time = '', children } = props;
  const { strings } = useChatContext();
  const own = author === 'user';
  const [touched, setTouched] = useState(false);
  const role = supervisor ? strings.support.supervisor : strings.author[author];
  return (
    <div
      class={`row row-${own ? 'own' : 'other'}`}
      data-author={author}
      data-first={first}
      data-touched={touched}
      // Where no mouse can be over it, a touch shows its time and what can be done with it.
      onClick={({ target }) => {
        if (!(target as Element).closest('a, button, input, form')) setTouched(!touched);
      }}
    >
      {!own && (
        <Avatar size="md" className={`avatar avatar-${author}`}>
          {first && <Icon name={author === 'agent' ? 'human' : 'shield'} size={18} />}
        </Avatar>
      )}
      <div class="row-content">
        <span class="only-read">
          {agent ? fill(strings.support.says, { name: agent, role }) : fill(strings.says, { author: role })}
        </span>
        {first && author === 'agent' && (
          <span class="row-author" aria-hidden="true">
            {agent}
            <span class="row-role">{role}</span>
          </span>
        )}
        {children}
        {!Number.isNaN(Date.parse(time)) && (
          // There to be read, no news.
          <time class="row-time" dateTime={time} aria-live="off">
            {describeTime(new Date(time), new Date(), strings.time)}
          </time>
        )}
      </div>
    </div>
  );
}

/** What a message offered whose time is over. The ways on of a step say nothing there, and a rating is told in words. */
function Former(props: { message: Message; offering: boolean; chosen: string }): JSX.Element | null {
  const { message, offering, chosen } = props;
  const buttons = message.buttons.filter(({ payload }) => supportPayload(payload) !== '/support_rate');
  if (offering || buttons.length === 0 || message.progress || message.ask === 'rating') return null;
  return <FormerOffer buttons={buttons} chosen={chosen} />;
}

/** What can be done with any message. */
function Handling({ message: { id, author, text } }: { message: Message }): JSX.Element {
  const { strings } = useChatContext();
  return (
    <>
      <CopyButton text={text} label={strings.copy.message} />
      {author !== 'user' && <SpeakButton id={id} text={text} />}
    </>
  );
}

interface MessageRowProps {
  message: Message;
  /** It is the first of several by the same author. */
  first: boolean;
  /** It holds the buttons that are offered now. */
  offering: boolean;
  /** What the user said next: one of its buttons, perhaps. */
  chosen: string;
  /** It is the step that the conversation is at. */
  newestStep: boolean;
  /** Numbers of the steps of its procedure that were shown before. */
  shownSteps: ReadonlySet<number>;
  /** What the user has given as a rating, in words; null if it is none. */
  rating: string | null;
  /** It is the user's last one that the agent has seen. */
  seen: boolean;
  /** It ends an answer of which the user can say whether it helped. */
  answer: 'newest' | 'former' | null;
}

/** One message of the transcript. */
export function MessageRow(props: MessageRowProps): JSX.Element {
  const { message, first, offering, chosen, newestStep, shownSteps, rating, seen, answer } = props;
  const { strings } = useChatContext();
  const { author, text, progress, attachment } = message;
  if (author === 'system') {
    return (
      <div class="row-system" data-notice={message.notice} data-support={message.support}>
        <SystemMessage content={text} />
        <Former message={message} offering={offering} chosen={chosen} />
      </div>
    );
  }
  const marked = author !== 'user';
  return (
    <Row author={author} first={first} agent={message.agent} supervisor={message.supervisor} time={message.created_at}>
      {attachment && <Picture message={message} />}
      {message.response === GREETING && message.buttons.length > 0 ? (
        <WelcomeCard message={message} offering={offering} chosen={chosen} />
      ) : progress && text !== '' ? (
        <StepCard progress={progress} text={text} newest={newestStep} shown={shownSteps} />
      ) : (
        text !== '' && (
          <Bubble type="text" data-tone={message.warning ? 'warning' : undefined}>
            {message.warning && (
              <span class="warning-mark">
                <Icon name="warning" size={20} />
                {strings.warning}
              </span>
            )}
            {/* An address that a user was sent and asks about must not be one press away. */}
            {rating ?? (marked ? <RichText text={text} marked /> : text)}
            {message.card && <CardParts card={message.card} />}
          </Bubble>
        )
      )}
      {message.response !== GREETING && <Former message={message} offering={offering} chosen={chosen} />}
      {author === 'user' && message.support === 'message' && (
        <span class="row-seen">
          {message.contact === null
            ? strings.support.message.sent
            : fill(strings.support.message.sent_with_contact, { contact: message.contact })}
        </span>
      )}
      {message.details !== null && (
        <div class="row-details">
          <CopyButton text={message.details} label={strings.copy.details} title={strings.copy.details} />
        </div>
      )}
      {answer !== null ? (
        <AnswerFeedback message={message} newest={answer === 'newest'}>
          <Handling message={message} />
        </AnswerFeedback>
      ) : (
        text !== '' && (
          <div class="handling">
            <Handling message={message} />
          </div>
        )
      )}
      {seen && (
        <span class="row-seen" aria-live="off">
          {strings.support.read}
        </span>
      )}
    </Row>
  );
}
