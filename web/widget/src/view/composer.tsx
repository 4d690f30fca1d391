import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { countCharacters, meansSend } from '@uwallet/shared/composing.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { useChatState, useChatContext } from './context.ts';
import { EmojiPicker } from './emoji_picker.tsx';
import { Icon } from './icons.tsx';

/** From how many characters before the limit on the user is told how many are left. */
const TELL_FROM = 100;

/** Tallest that the field grows. Pixels; six lines. */
const MAX_HEIGHT = 148;

interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  field: { current: HTMLTextAreaElement | null };
  onFiles: (files: readonly File[]) => void;
  /** The field can be measured. */
  shown: boolean;
}

/** Where the user writes. */
export function Composer({ text, onText, field, onFiles, shown }: ComposerProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const { phase, limits, support } = useChatState();
  const picker = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const [emojiOpen, setEmojiOpen] = useState(false);
  const left = limits.max_length - countCharacters(text.trim());
  const blocked = phase === 'refused' || phase === 'closed';
  const sendable = text.trim() !== '' && left >= 0 && !blocked;

  useGrowing(field, text, shown);

  const send = (): void => {
    if (!sendable) return;
    chat.sendText(text);
    chat.support.stopTyping();
    onText('');
    field.current?.focus();
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
      {emojiOpen && <EmojiPicker onPick={insert} onClose={() => setEmojiOpen(false)} />}
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
          placeholder={placeholder}
          enterkeyhint="send"
          autocomplete="off"
          onInput={(event) => {
            onText(event.currentTarget.value);
            chat.support.typed(event.currentTarget.value.trim() !== '');
          }}
          onCompositionStart={() => (composing.current = true)}
          onCompositionEnd={() => (composing.current = false)}
          onKeyDown={(event) => {
            if (composing.current || !meansSend(event)) return;
            event.preventDefault();
            send();
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
          <button
            type="button"
            class="tool"
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
