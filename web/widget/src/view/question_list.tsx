import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface QuestionListProps {
  label: string;
  questions: readonly string[];
  onPick: (question: string) => void;
}

/** Questions to press instead of typing them. */
export function QuestionList({ label, questions, onPick }: QuestionListProps): JSX.Element {
  const id = useId();
  return (
    <div class="question-list" role="group" aria-labelledby={id}>
      <div class="question-list-label" id={id}>
        {label}
      </div>
      {questions.map((question) => (
        // The bot's words, whatever language the window speaks.
        <button type="button" key={question} lang="zh-CN" onClick={() => onPick(question)}>
          <span>{question}</span>
          <Icon name="arrow" size={16} />
        </button>
      ))}
    </div>
  );
}
