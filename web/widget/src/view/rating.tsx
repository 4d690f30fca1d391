import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { QuickReply } from '../core/protocol.ts';
import { fill } from '@uwallet/shared/fill.ts';
import { useChatContext } from './context.ts';
import { Icon } from './icons.tsx';
import { ratingWord } from './rating_words.ts';

/** The scale of a rating as stars; each is the button that the bot offered. */
export function Rating({ buttons }: { buttons: readonly QuickReply[] }): JSX.Element {
  const { chat, strings, refocus } = useChatContext();
  const [shown, setShown] = useState(0);
  const max = buttons.length;
  const word = (count: number): string => ratingWord(count, max, strings);
  return (
    <div class="rating" role="group" aria-label={fill(strings.rating.label, { max })}>
      <div class="rating-stars" onMouseLeave={() => setShown(0)}>
        {buttons.map((button, index) => {
          const count = index + 1;
          const label = `${fill(strings.rating.star, { count })} ${word(count)}`.trim();
          return (
            <button
              type="button"
              key={button.payload}
              aria-label={label}
              data-lit={count <= shown}
              onMouseEnter={() => setShown(count)}
              onFocus={() => setShown(count)}
              onBlur={() => setShown(0)}
              onClick={() => {
                chat.press(button);
                refocus();
              }}
            >
              <Icon name="star" size={32} />
            </button>
          );
        })}
      </div>
      <div class="rating-word" aria-hidden="true">
        {shown > 0 ? word(shown) : fill(strings.rating.label, { max })}
      </div>
    </div>
  );
}
