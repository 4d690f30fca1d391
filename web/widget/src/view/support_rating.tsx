import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readRatingDraft, writeRatingDraft, type RatingDraft } from '../core/support_drafts.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { Button } from './chatui.ts';
import { useChatContext, useChatState } from './context.ts';
import { Icon } from './icons.tsx';

/** Longest comment. Characters. */
const MAX_COMMENT = 500;

/** Asks how an agent has served the user: stars that are radio buttons, and words for those who have any. */
export function SupportRating({ ticket }: { ticket: string }): JSX.Element | null {
  const { chat, strings, storage, refocus } = useChatContext();
  const { ratingChanges } = useChatState();
  const [draft, setDraft] = useState(() => readRatingDraft(storage, ticket));
  const [pointed, setPointed] = useState(0);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState('');
  // Another tab has gone on with it.
  useEffect(() => setDraft(readRatingDraft(storage, ticket)), [storage, ticket, ratingChanges]);
  const frame = useRef<HTMLFormElement>(null);
  const chosen = draft.rating > 0;
  // With the comment it is taller.
  useEffect(() => {
    if (chosen) frame.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  if (draft.skipped) return null;

  const { rating: texts } = strings.support;
  const change = (changes: Partial<RatingDraft>): void => {
    const changed = { ...draft, ...changes };
    setDraft(changed);
    writeRatingDraft(storage, changed);
    setProblem('');
  };
  const send = async (): Promise<void> => {
    setSending(true);
    const outcome = await chat.support.rate(ticket, draft.rating, draft.comment.trim());
    setSending(false);
    if (!outcome.ok) return setProblem(outcome.error.message || texts.failed);
    writeRatingDraft(storage, { ...draft, comment: '', skipped: true });
    refocus();
  };
  const shown = pointed || draft.rating;
  return (
    <form
      class="support-rating"
      ref={frame}
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending && chosen) void send();
      }}
    >
      <fieldset>
        <legend>{texts.question}</legend>
        <div class="rating-stars" onMouseLeave={() => setPointed(0)}>
          {strings.rating.words.map((word, index) => {
            const count = index + 1;
            return (
              <label key={count} class="star" data-lit={count <= shown} onMouseEnter={() => setPointed(count)}>
                <input
                  type="radio"
                  name="support-rating"
                  class="only-read"
                  value={count}
                  checked={draft.rating === count}
                  aria-label={`${fill(strings.rating.star, { count })} ${word}`}
                  onChange={() => change({ rating: count })}
                />
                <Icon name="star" size={32} />
              </label>
            );
          })}
        </div>
        <div class="rating-word" aria-hidden="true">
          {strings.rating.words[shown - 1] ?? texts.hint}
        </div>
      </fieldset>
      {chosen && (
        <textarea
          rows={2}
          value={draft.comment}
          maxLength={MAX_COMMENT}
          aria-label={texts.comment}
          placeholder={texts.comment_placeholder}
          onInput={(event) => change({ comment: event.currentTarget.value })}
        />
      )}
      <div class="form-problem" role="alert">
        {problem}
      </div>
      <div class="form-buttons">
        <Button
          size="sm"
          onClick={() => {
            change({ skipped: true });
            refocus();
          }}
        >
          {texts.skip}
        </Button>
        <Button size="sm" color="primary" type="submit" disabled={sending || !chosen}>
          {sending ? texts.sending : texts.send}
        </Button>
      </div>
    </form>
  );
}
