import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isComposing } from '@uwallet/shared/composing.ts';
import { GREETING } from '../core/transcript.ts';
import { useChatContext, useChatState } from './context.ts';
import { Icon, type IconName } from './icons.tsx';
import { QuestionList } from './question_list.tsx';
import { useHotQuestions } from './use_hot_questions.ts';

const PANEL_ID = 'uwallet-chat-questions';

/** What is always at hand while the bot has the conversation: questions, a human, the menu. */
export function QuickBar(): JSX.Element | null {
  const { chat, strings, refocus, preferences } = useChatContext();
  const { hints } = preferences;
  const { phase, support, transcript, era } = useChatState();
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const hot = useHotQuestions(open).map(({ text }) => text);
  const greeting = transcript.messages.filter(({ response }) => response === GREETING).at(-1);
  const topics = greeting?.buttons.map(({ title }) => title) ?? [];
  const served = support?.owner === 'agent';
  useEffect(() => {
    if (open) panel.current?.focus({ preventScroll: true });
  }, [open]);
  // Nobody finds open what somebody else has opened.
  useEffect(() => setOpen(false), [era, served]);
  // An agent is told in words what is wanted.
  if (served) return null;

  const { bar } = strings;
  const blocked = phase === 'refused' || phase === 'closed';
  const say = (text: string): void => {
    setOpen(false);
    chat.sendText(text);
    refocus();
  };
  const close = (): void => {
    setOpen(false);
    opener.current?.focus({ preventScroll: true });
  };
  return (
    <div class="quick-bar">
      {open && (
        <div
          class="quick-bar-panel"
          id={PANEL_ID}
          ref={panel}
          role="group"
          aria-label={bar.questions}
          tabIndex={-1}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || isComposing(event)) return;
            // The window stays.
            event.stopPropagation();
            close();
          }}
        >
          {hints.length > 0 && <QuestionList label={bar.hints} questions={hints} onPick={say} />}
          {hot.length > 0 && <QuestionList label={bar.hot} questions={hot} onPick={say} />}
          {topics.length > 0 && <QuestionList label={bar.topics} questions={topics} onPick={say} />}
          {hints.length + hot.length + topics.length === 0 && <div class="question-list-label">{bar.none}</div>}
        </div>
      )}
      <div class="quick-bar-buttons" role="group" aria-label={bar.label}>
        <button
          type="button"
          ref={opener}
          aria-expanded={open}
          aria-controls={open ? PANEL_ID : undefined}
          disabled={blocked}
          onClick={() => (open ? close() : setOpen(true))}
        >
          <Icon name="question" size={18} />
          {bar.questions}
        </button>
        {support?.owner !== 'queued' && (
          <SayButton icon="human" title={strings.human} hint={strings.human_hint} disabled={blocked} onPress={say} />
        )}
        <SayButton icon="menu" title={bar.menu} hint={bar.menu_hint} disabled={blocked} onPress={say} />
      </div>
    </div>
  );
}

interface SayButtonProps {
  icon: IconName;
  /** What it says, and sends. */
  title: string;
  hint: string;
  disabled: boolean;
  onPress: (text: string) => void;
}

/** A button that sends its title as if it were typed. */
function SayButton({ icon, title, hint, disabled, onPress }: SayButtonProps): JSX.Element {
  return (
    <button type="button" title={hint} disabled={disabled} onClick={() => onPress(title)}>
      <Icon name={icon} size={18} />
      {title}
    </button>
  );
}
