import type { JSX } from 'preact';
import { Button } from './chatui.ts';
import { useChatState, useChatContext } from './context.ts';
import { Icon } from './icons.tsx';

interface HeaderProps {
  title: string;
  sound: boolean;
  onSound: (on: boolean) => void;
  /** It is a page of its own, not a window on one. */
  page: boolean;
  /** Absent where the window cannot be closed. */
  onClose: (() => void) | null;
}

/** The head of the window: who is there, a human within reach, sound, closing. */
export function Header({ title, page, sound, onSound, onClose }: HeaderProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const { phase } = useChatState();
  const status = phase === 'idle' ? 'connecting' : phase;
  return (
    <div class="header">
      <span class="header-logo" aria-hidden="true">
        <Icon name="shield" size={22} />
      </span>
      <div class="header-names">
        {page ? <h1 id="uwallet-chat-title">{title}</h1> : <h2 id="uwallet-chat-title">{title}</h2>}
        <div class="header-status" data-phase={status} role="status">
          {strings.subtitle[status]}
        </div>
      </div>
      <Button
        className="header-human"
        size="sm"
        title={strings.human_hint}
        disabled={phase === 'refused' || phase === 'closed'}
        onClick={() => chat.sendText(strings.human)}
      >
        <Icon name="human" size={18} />
        <span>{strings.human}</span>
      </Button>
      <button
        type="button"
        class="tool header-tool"
        aria-label={sound ? strings.sound_off : strings.sound_on}
        title={sound ? strings.sound_off : strings.sound_on}
        aria-pressed={sound}
        onClick={() => onSound(!sound)}
      >
        <Icon name={sound ? 'sound_on' : 'sound_off'} size={20} />
      </button>
      {onClose && (
        <button
          type="button"
          class="tool header-tool"
          aria-label={strings.close}
          title={strings.close}
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      )}
    </div>
  );
}
