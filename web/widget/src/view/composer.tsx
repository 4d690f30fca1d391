import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { countCharacters, isComposing, meansSend } from '@uwallet/shared/composing.ts';
import { fill } from '@uwallet/shared/fill.ts';
import type { DictationProblem } from '../core/dictation.ts';
import { splitForSending } from '../core/split.ts';
import { useChatState, useChatContext } from './context.ts';
import { DictationButton } from './dictation_button.tsx';
import { EmojiPicker } from './emoji_picker.tsx';
import { Icon } from './icons.tsx';
import { SUGGESTIONS_ID, SuggestionList, chosenOption } from './suggestion_list.tsx';
import { useSuggestions } from './use_suggestions.ts';

/** From how many characters before the limit on the user is told how many are left. */
const TELL_FROM = 100;

/** Nobody reads more than this of one go. */
const MOST_PARTS = 5;

/** Tallest that the field grows. Pixels; six lines. */
const MAX_HEIGHT = 148;

interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  field: { current: HTMLTextAreaElement | null };
  onFiles: (files: readonly File[]) => void;
  onDictationProblem: (problem: DictationProblem) => void;
  /** The field can be measured. */
  shown: boolean;
}

/** Where the user writes. */
export function Composer(props: ComposerProps): JSX.Element {
  const { text, onText, field, onFiles, onDictationProblem, shown } = props;
  const { chat, strings, preferences } = useChatContext();
  const suggesting = preferences.suggestions;
  const { phase, limits, support } = useChatState();
  const picker = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const [emojiOpen, setEmojiOpen] = useState(false);
  const left = limits.max_length - countCharacters(text.trim());
  const blocked = phase === 'refused' || phase === 'closed';
  const parts = useMemo(
    () => (left < 0 ? splitForSending(text, limits.max_length) : []),
    [left, text, limits.max_length],
  );
  const sendable = text.trim() !== '' && left >= 0 && !blocked;

  const suggestions = useSuggestions(suggesting && !emojiOpen, text);
  const listed = suggestions.questions.length > 0;

  useGrowing(field, text, shown);

  const send = (): void => {
    if (sendable) say(text);
  };
  const say = (...texts: string[]): void => {
    for (const words of texts) chat.sendText(words);
    suggestions.close();
    chat.support.stopTyping();
    onText('');
    field.current?.focus();
  };
  /** Moves in the list or closes it; returns whether the key was meant for it. */
  const chooses = (event: KeyboardEvent): boolean => {
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === 'ArrowDown') suggestions.move(1);
    else if (event.key === 'ArrowUp') suggestions.move(-1);
    else if (event.key === 'Escape') {
      suggestions.close();
      // The window stays.
      event.stopPropagation();
    } else return false;
    event.preventDefault();
    return true;
  };
  const insert = (emoji: string): void => {
    const area = field.current;
    if (!area) return;
    const { selectionStart, selectionEnd } = area;
    onText(text.slice(0, selectionStart) + emoji + text.slice(selectionEnd));
    const caret = selectionStart + emoji.length;
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(caret, caret);
    });
  };
  const { composer } = strings;
  const placeholder =
    phase === 'offline'
      ? composer.placeholder_offline
      : support?.owner === 'agent'
        ? composer.placeholder_agent
        : support?.owner === 'queued'
          ? composer.placeholder_queued
          : composer.placeholder;
  return (
    <div class="composer">
      {left < TELL_FROM && (
        <div class="composer-count" id="composer-count" role="status" data-over={left < 0}>
          {fill(left < 0 ? composer.too_long : composer.left, { count: Math.abs(left) })}
        </div>
      )}
      {parts.length > 1 && parts.length <= MOST_PARTS && !blocked && (
        <div class="composer-split">
          <button type="button" onClick={() => say(...parts)}>
            {fill(composer.split, { count: parts.length })}
          </button>
        </div>
      )}
      {emojiOpen && <EmojiPicker onPick={insert} onClose={() => setEmojiOpen(false)} />}
      {!blocked && <SuggestionList suggestions={suggestions} onPick={say} />}
      <div class="composer-row">
        <textarea
          ref={field}
          class="composer-field"
          rows={1}
          value={text}
          disabled={blocked}
          aria-label={composer.label}
          aria-describedby={left < TELL_FROM ? 'composer-count' : undefined}
          aria-invalid={left < 0}
          // A field of several lines is no combobox to ARIA, nor may it say that it is expanded: the list is told beside it.
          aria-autocomplete={suggesting ? 'list' : undefined}
          aria-controls={listed ? SUGGESTIONS_ID : undefined}
          aria-activedescendant={listed ? chosenOption(suggestions) : undefined}
          placeholder={placeholder}
          enterkeyhint="send"
          autocomplete="off"
          onInput={(event) => {
            onText(event.currentTarget.value);
            chat.support.typed(event.currentTarget.value.trim() !== '');
            if (composing.current || event.isComposing) suggestions.close();
            else suggestions.ask(event.currentTarget.value);
          }}
          onCompositionStart={() => {
            composing.current = true;
            suggestions.close();
          }}
          onCompositionEnd={(event) => {
            composing.current = false;
            suggestions.ask(event.currentTarget.value);
          }}
          onBlur={suggestions.close}
          onKeyDown={(event) => {
            if (composing.current || isComposing(event)) return;
            if (listed && chooses(event)) return;
            if (!meansSend(event)) return;
            event.preventDefault();
            const chosen = suggestions.questions[suggestions.chosen];
            if (chosen === undefined) send();
            else say(chosen);
          }}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            // Office programs put a picture of copied text beside the text.
            if (files.length === 0 || event.clipboardData?.getData('text/plain')) return;
            event.preventDefault();
            onFiles(files);
          }}
        />
        <div class="composer-tools">
          {preferences.voice && (
            <DictationButton
              text={text}
              onText={(heard) => {
                onText(heard);
                chat.support.typed(heard.trim() !== '');
              }}
              onProblem={onDictationProblem}
              disabled={blocked}
            />
          )}
          <button
            type="button"
            class="tool emoji-opener"
            aria-label={emojiOpen ? strings.emoji.close : strings.emoji.open}
            aria-expanded={emojiOpen}
            disabled={blocked}
            onClick={() => setEmojiOpen(!emojiOpen)}
          >
            <Icon name="smile" size={22} />
          </button>
          <button
            type="button"
            class="tool"
            aria-label={composer.attach}
            title={composer.attach}
            disabled={blocked}
            onClick={() => picker.current?.click()}
          >
            <Icon name="image" size={22} />
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            multiple
            tabIndex={-1}
            accept={limits.attachment_types.join(',')}
            onChange={(event) => {
              onFiles([...(event.currentTarget.files ?? [])]);
              // The same file again is a change, too.
              event.currentTarget.value = '';
            }}
          />
          <button
            type="button"
            class="send"
            aria-label={composer.send}
            disabled={!sendable}
            // Keeps the keyboard of a phone from closing.
            onMouseDown={(event) => event.preventDefault()}
            onClick={send}
          >
            <Icon name="send" size={20} />
          </button>
        </div>
      </div>
    </div>
  );
}

/** Lets the field be as tall as its text, up to a limit. */
function useGrowing(field: { current: HTMLTextAreaElement | null }, text: string, shown: boolean): void {
  const fit = useCallback((): void => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, MAX_HEIGHT)}px`;
  }, [field]);
  useLayoutEffect(fit, [fit, text, shown]);
  useEffect(() => {
    window.addEventListener('resize', fit);
    return () => window.removeEventListener('resize', fit);
  }, [fit]);
}
