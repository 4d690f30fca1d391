import type { JSX } from 'preact';
import { fill } from '@uwallet/shared/fill.ts';
import { describeOpening } from '@uwallet/shared/time.ts';
import { blocksMessages } from '../core/notice.ts';
import type { Support } from '../core/support.ts';
import type { Strings } from '../i18n/strings.ts';
import { Button } from './chatui.ts';
import { useChatState, useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { MoreMenu, type MenuItem } from './more_menu.tsx';
import type { TextSize } from './use_text_size.ts';

interface HeaderProps {
  title: string;
  size: TextSize;
  /** Chooses the next size of text. */
  onSize: () => void;
  /** What is wanted seldom. */
  more: readonly MenuItem[];
  /** The user is asked already whether they want to leave the queue. */
  leaving: boolean;
  /** Asks whether they do. */
  onLeave: () => void;
  /** It is a page of its own, not a window on one. */
  page: boolean;
  /** Absent where the window cannot be closed. */
  onClose: (() => void) | null;
}

/** Says what happens if the user asks for a human now, when nobody is there. */
function describeAbsence({ opens_at }: Support, { absence }: Strings): string {
  if (opens_at === null) return absence.unknown;
  return fill(absence.until, { time: describeOpening(new Date(opens_at), new Date(), absence.opening) });
}

/** The head of the window: who is there, a human within reach, the size of text, what is wanted seldom, closing. */
export function Header({ title, page, size, onSize, more, leaving, onLeave, onClose }: HeaderProps): JSX.Element {
  const { chat, strings } = useChatContext();
  const { phase, support, notice } = useChatState();
  const status = phase === 'idle' ? 'connecting' : phase;
  const served = support?.owner === 'agent';
  const queued = support?.owner === 'queued';
  const agent = support?.agent ?? strings.author.agent;
  const away =
    phase === 'online' && support?.owner === 'bot' && !support.available ? describeAbsence(support, strings) : null;
  const said =
    served && phase === 'online' ? fill(strings.support.serving, { name: agent }) : (away ?? strings.subtitle[status]);
  return (
    <div class="header">
      <span class="header-logo" data-human={served} aria-hidden="true">
        <Icon name={served ? 'human' : 'shield'} size={22} />
      </span>
      <div class="header-names">
        {page ? <h1 id="uwallet-chat-title">{title}</h1> : <h2 id="uwallet-chat-title">{title}</h2>}
        <div class="header-status" data-phase={status} data-away={away !== null} role="status">
          <span>{said}</span>
        </div>
      </div>
      {!served && (
        <Button
          className="header-human"
          size="sm"
          title={queued ? strings.support.queue.leave_hint : (away ?? strings.human_hint)}
          disabled={phase === 'refused' || phase === 'closed' || (queued && leaving) || blocksMessages(notice)}
          onClick={() => (queued ? onLeave() : chat.sendText(strings.human))}
        >
          {!queued && <Icon name="human" size={18} />}
          <span>{queued ? strings.support.queue.leave : strings.human}</span>
        </Button>
      )}
      <button
        type="button"
        class="tool header-tool"
        aria-label={`${strings.text_size.label}${strings.text_size[size]}`}
        title={strings.text_size.label + strings.text_size[size]}
        onClick={onSize}
      >
        <Icon name="text_size" size={22} />
      </button>
      <MoreMenu items={more} />
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
