import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useChatContext } from './context.ts';

/** A few emoji for those whose keyboard has none. Escape closes it, and not the window. */
export function EmojiPicker(props: { onPick: (emoji: string) => void; onClose: () => void }): JSX.Element {
  const { onPick, onClose } = props;
  const { strings } = useChatContext();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div
      class="emoji-picker"
      role="group"
      aria-label={strings.emoji.open}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      {strings.emoji.list.map((emoji, index) => (
        <button
          type="button"
          key={emoji}
          ref={index === 0 ? first : null}
          onClick={() => {
            onPick(emoji);
            onClose();
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
