import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useChatContext } from './context.ts';
import { Icon, type IconName } from './icons.tsx';

const PANEL_ID = 'uwallet-chat-more';

export interface MenuItem {
  icon: IconName;
  title: string;
  /** Of one that is switched on and off. */
  pressed?: boolean;
  onPress: () => void;
}

/** What is wanted seldom. */
export function MoreMenu({ items }: { items: readonly MenuItem[] }): JSX.Element {
  const { strings } = useChatContext();
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) frame.current?.querySelector<HTMLButtonElement>('.more-panel button')?.focus({ preventScroll: true });
  }, [open]);
  return (
    <div
      class="more"
      ref={frame}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        // Safari focuses no buttons: without a target the press on an item goes on.
        if (next && !frame.current?.contains(next)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (!open || event.key !== 'Escape') return;
        // The window stays.
        event.stopPropagation();
        setOpen(false);
        opener.current?.focus({ preventScroll: true });
      }}
    >
      <button
        type="button"
        class="tool header-tool"
        ref={opener}
        aria-label={strings.more.open}
        title={strings.more.open}
        aria-expanded={open}
        aria-controls={open ? PANEL_ID : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" size={22} />
      </button>
      {open && (
        <div class="more-panel" id={PANEL_ID} role="group" aria-label={strings.more.open}>
          {items.map(({ icon, title, pressed, onPress }) => (
            <button
              type="button"
              key={icon}
              aria-pressed={pressed}
              onClick={() => {
                setOpen(false);
                opener.current?.focus({ preventScroll: true });
                onPress();
              }}
            >
              <Icon name={icon} size={20} />
              <span>{title}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
