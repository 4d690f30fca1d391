import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Feedback, Message } from '../core/protocol.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

const REASONS = ['not_solved', 'unclear', 'not_meant', 'differs'] as const;

const COMMENT_LENGTH = 200;

interface AnswerFeedbackProps {
  message: Message;
  /** It is the newest answer; under older ones the buttons show to a pointer and to the keyboard only. */
  newest: boolean;
  /** What else can be done with the answer. */
  children: ComponentChildren;
}

/** 赞 and 踩 of one answer; with 踩 the reasons, and a line for what the reasons do not say. */
export function AnswerFeedback({ message, newest, children }: AnswerFeedbackProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const texts = strings.feedback;
  const given = message.feedback;
  const [asking, setAsking] = useState(false);
  const comment = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState('');
  const give = async (feedback: Feedback | null, thanks: string): Promise<void> => {
    const kept = await chat.feedback.give(message.id, feedback);
    setTold(kept ? thanks : texts.failed);
  };
  const judge = (helpful: boolean): void => {
    const takesBack = given?.helpful === helpful;
    setAsking(!helpful && !takesBack);
    void give(takesBack ? null : { helpful, reasons: [], comment: '' }, takesBack ? '' : texts.thanks);
  };
  const reasons = given?.reasons ?? [];
  return (
    <div class="feedback" data-newest={newest} data-given={given !== null}>
      <div class="feedback-judge" role="group" aria-label={texts.label}>
        {([true, false] as const).map((helpful) => (
          <button
            key={String(helpful)}
            type="button"
            aria-pressed={given?.helpful === helpful}
            aria-label={helpful ? texts.helpful : texts.unhelpful}
            title={helpful ? texts.helpful : texts.unhelpful}
            onClick={() => judge(helpful)}
          >
            <Icon name={helpful ? 'like' : 'dislike'} size={18} />
          </button>
        ))}
        {children}
        <span class="feedback-told" role="status">
          {told}
        </span>
      </div>
      {asking && given?.helpful === false && (
        <div class="feedback-why">
          <div class="feedback-reasons" role="group" aria-label={texts.why}>
            {REASONS.map((reason) => {
              const chosen = reasons.includes(reason);
              const others = reasons.filter((other) => other !== reason);
              return (
                <button
                  key={reason}
                  type="button"
                  aria-pressed={chosen}
                  onClick={() =>
                    void give({ ...given, reasons: chosen ? others : [...others, reason] }, texts.thanks_reason)
                  }
                >
                  {texts.reasons[reason]}
                </button>
              );
            })}
          </div>
          <form
            class="feedback-comment"
            onSubmit={(event) => {
              event.preventDefault();
              setAsking(false);
              void give({ ...given, comment: comment.current?.value.trim() ?? '' }, texts.thanks_reason);
            }}
          >
            <input
              ref={comment}
              defaultValue={given.comment}
              maxLength={COMMENT_LENGTH}
              aria-label={texts.comment}
              placeholder={texts.comment}
            />
            <button type="submit">{texts.send}</button>
          </form>
        </div>
      )}
    </div>
  );
}
