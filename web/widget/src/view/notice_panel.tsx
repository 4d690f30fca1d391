import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Notice, NoticeAnswer } from '../core/notice.ts';
import { useChatContext } from './context.ts';

interface NoticePanelProps {
  notice: Notice;
  /** Opened to be read again, rather than shown because it must be. */
  again: boolean;
  panel: { current: HTMLElement | null };
  /** It was read again. */
  onClose: () => void;
}

/** What is stored of the chat and why: to be noted, agreed to, or read again. */
export function NoticePanel({ notice, again, panel, onClose }: NoticePanelProps): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const words = strings.notice;
  const asks = notice.mode === 'consent';
  const answer = async (given: NoticeAnswer): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const done = await chat.answerNotice(given);
    setBusy(false);
    setFailed(!done);
    if (!done) return;
    if (again) onClose();
    // The button that was pressed is gone.
    refocus();
  };
  const button = (given: NoticeAnswer, title: string, strong = false): JSX.Element => (
    <button
      type="button"
      class="notice-button"
      data-strong={strong}
      aria-disabled={busy}
      onClick={() => void answer(given)}
    >
      {title}
    </button>
  );
  const state =
    !asks || again
      ? ''
      : notice.answer === 'refused'
        ? words.refused
        : notice.answer === 'withdrawn'
          ? words.withdrawn
          : '';
  return (
    <section
      ref={panel}
      class="notice"
      data-asks={asks && !again}
      tabIndex={-1}
      aria-labelledby="uwallet-chat-notice"
      aria-describedby="uwallet-chat-notice-text"
    >
      <h3 id="uwallet-chat-notice">{words.title}</h3>
      <div id="uwallet-chat-notice-text" class="notice-text">
        <p>{notice.text}</p>
        <Policy notice={notice}>{words.policy}</Policy>
      </div>
      <p class="notice-state" role="status">
        {failed ? words.failed : state}
      </p>
      <div class="notice-buttons">
        {again ? (
          <>
            {asks && notice.answer === 'agreed' && button('withdrawn', words.withdraw)}
            <button
              type="button"
              class="notice-button"
              data-strong
              onClick={() => {
                onClose();
                refocus();
              }}
            >
              {words.close}
            </button>
          </>
        ) : asks ? (
          <>
            {notice.answer === null && button('refused', words.disagree)}
            {button('agreed', words.agree, true)}
          </>
        ) : (
          button('shown', words.noted, true)
        )}
      </div>
    </section>
  );
}

function Policy({ notice, children }: { notice: Notice; children: ComponentChildren }): JSX.Element {
  const { strings } = useChatContext();
  if (notice.policy_url === null) return <p class="notice-unknown">{notice.policy_unknown}</p>;
  return (
    <p>
      <a href={notice.policy_url} target="_blank" rel="noopener noreferrer">
        {children}
        <span class="only-read">{strings.link_opens_new}</span>
      </a>
    </p>
  );
}
