import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { fill } from '@uwallet/shared/fill.ts';
import { useChatContext } from './context.ts';
import type { Suggestions } from './use_suggestions.ts';

export const SUGGESTIONS_ID = 'uwallet-chat-suggestions';

/** Id of the option that the keyboard has chosen; undefined if none is. */
export function chosenOption({ chosen }: Suggestions): string | undefined {
  return chosen < 0 ? undefined : `${SUGGESTIONS_ID}-${chosen}`;
}

/** Questions like what is typed, above the field, which keeps the keyboard. */
export function SuggestionList(props: { suggestions: Suggestions; onPick: (question: string) => void }): JSX.Element {
  const { suggestions, onPick } = props;
  const { questions, chosen } = suggestions;
  const { strings } = useChatContext();
  const option = useRef<HTMLLIElement>(null);
  useEffect(() => option.current?.scrollIntoView({ block: 'nearest' }), [chosen]);
  return (
    <>
      <span class="only-read" aria-live="polite">
        {questions.length > 0 && fill(strings.suggestions.told, { count: questions.length })}
      </span>
      {questions.length > 0 && (
        <ul
          class="suggestions"
          id={SUGGESTIONS_ID}
          role="listbox"
          aria-label={strings.suggestions.label}
          // Keeps the keyboard of a phone from closing, and the list with it.
          onMouseDown={(event) => event.preventDefault()}
        >
          {questions.map((question, index) => (
            <li
              key={question}
              ref={index === chosen ? option : null}
              id={`${SUGGESTIONS_ID}-${index}`}
              role="option"
              // The bot's words, whatever language the window speaks.
              lang="zh-CN"
              aria-selected={index === chosen}
              onClick={() => onPick(question)}
            >
              {question}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
