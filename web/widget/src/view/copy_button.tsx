import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useChatContext } from './context.ts';
import { copyText } from './copying.ts';
import { Icon } from './icons.tsx';

/** How long it says that it has copied. Milliseconds. */
const TELL_FOR = 2_000;

interface CopyButtonProps {
  text: string;
  /** What is copied, for those who do not see where the button stands. */
  label: string;
  /** Shown beside the icon; without it the icon stands alone. */
  title?: string;
}

/** Copies a text, and says that it has. */
export function CopyButton({ text, label, title }: CopyButtonProps): JSX.Element {
  const { strings, announcer } = useChatContext();
  const [told, setTold] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (told === null) return;
    const timer = setTimeout(() => setTold(null), TELL_FOR);
    return () => clearTimeout(timer);
  }, [told]);
  return (
    <span class="copy">
      <button
        type="button"
        class={title ? 'copy-named' : ''}
        aria-label={title ? undefined : label}
        title={label}
        onClick={(event) => {
          const { currentTarget } = event;
          void copyText(text, currentTarget).then((copied) => {
            const result = copied ? 'copied' : 'failed';
            setTold(result);
            announcer.set({ text: strings.copy[result] });
          });
        }}
      >
        <Icon name={told === 'copied' ? 'check' : 'copy'} size={18} />
        {title}
      </button>
      {told && (
        <span class="copy-told" aria-hidden="true">
          {strings.copy[told]}
        </span>
      )}
    </span>
  );
}
