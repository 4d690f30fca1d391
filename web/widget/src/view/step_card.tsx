import type { JSX } from 'preact';
import type { Card, Progress } from '../core/protocol.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { Step, Stepper } from './chatui.ts';
import { useChatContext, useChatState } from './context.ts';
import { Icon } from './icons.tsx';
import { EnlargingLink } from './lightbox.tsx';
import { RichText } from './rich_text.tsx';

/**
 * Takes the heading off the text of a step, such as 「第2步（共5步）验证身份：」, as the card itself says it. Only if nothing else
 * is said before it; otherwise the text is returned as it is.
 */
export function withoutHeading(text: string, progress: Progress): string {
  const title = progress.steps[progress.number - 1];
  if (!title) return text;
  const headingEnd = text.indexOf(`${title}：`);
  if (headingEnd < 0 || /[。！？!?\n]/.test(text.slice(0, headingEnd))) return text;
  return text.slice(headingEnd + title.length + 1).trim() || text;
}

type StepState = 'current' | 'upcoming' | 'skipped' | 'checked' | 'done';

interface StepCardProps {
  progress: Progress;
  text: string;
  newest: boolean;
  /** Numbers of the steps that were shown before. */
  shown: ReadonlySet<number>;
}

/** A step of a procedure: how far it is, what is done, what to do now. Older ones show only their own step. */
export function StepCard(props: StepCardProps): JSX.Element {
  const { progress, text, newest, shown } = props;
  const { chat, strings, refocus } = useChatContext();
  const { support } = useChatState();
  const { kind, number, count, steps, title } = progress;
  const position = fill(strings.progress[kind], { number, count });
  const state = (index: number): StepState => {
    if (index === number - 1) return 'current';
    if (index > number - 1) return 'upcoming';
    if (!shown.has(index + 1)) return 'skipped';
    return kind === 'diagnosis' ? 'checked' : 'done';
  };
  const whole = newest && steps.length === count;
  // Causes are checked one after the other; an agent is told in words.
  const canGo = kind === 'procedure' && support?.owner !== 'agent';
  return (
    // The whole list is there to be read; a change of step is told once and shortly.
    <div class="step-card" data-newest={newest} aria-live="off">
      {newest && (
        <span class="only-read" aria-live="polite">
          {`${position}，${steps[number - 1] ?? title}`}
        </span>
      )}
      <div class="step-card-head">
        <span class="step-card-title">{title}</span>
        <span class="step-card-position">{position}</span>
      </div>
      <div class="step-card-bar" aria-hidden="true">
        <span style={{ width: `${((number - (whole ? 0.5 : 0)) / count) * 100}%` }} />
      </div>
      {whole ? (
        <Stepper current={number - 1}>
          {steps.map((step, index) => (
            <Step
              key={index}
              subTitle={state(index) === 'checked' ? strings.progress.checked : ''}
              {...({
                // It takes elements, too, which its types do not say.
                title:
                  canGo && index !== number - 1 ? (
                    <button
                      type="button"
                      class="step-card-go"
                      aria-label={fill(strings.progress.go, { number: index + 1, step })}
                      onClick={() => {
                        chat.sendText(fill(strings.progress.go_says, { number: index + 1 }));
                        refocus();
                      }}
                    >
                      {step}
                    </button>
                  ) : (
                    step
                  ),
                'aria-current': index === number - 1 ? 'step' : undefined,
                'data-state': state(index),
              } as object)}
            >
              {state(index) !== 'checked' && <span class="only-read">{strings.progress[state(index)]}</span>}
              {index === number - 1 && <StepText text={withoutHeading(text, progress)} progress={progress} />}
            </Step>
          ))}
        </Stepper>
      ) : (
        <div class="step-card-single">
          <strong>{steps[number - 1]}</strong>
          <StepText text={withoutHeading(text, progress)} progress={progress} />
        </div>
      )}
    </div>
  );
}

function StepText({ text, progress }: { text: string; progress: Progress }): JSX.Element {
  return (
    <>
      <div class="step-card-text">
        <RichText text={text} marked />
      </div>
      <CardParts card={progress} />
    </>
  );
}

/** The picture and the link under a step or an answer. */
export function CardParts({ card: { picture, link } }: { card: Card }): JSX.Element {
  return (
    <>
      {picture && (
        <EnlargingLink class="step-card-picture" address={picture.url} alt={picture.alt}>
          <img src={picture.url} alt={picture.alt} referrerPolicy="no-referrer" />
        </EnlargingLink>
      )}
      {link && (
        <a
          class="step-card-link"
          href={link.url}
          {...(/^https?:/i.test(link.url) ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
        >
          {link.title}
          <Icon name="arrow" size={16} />
        </a>
      )}
    </>
  );
}
