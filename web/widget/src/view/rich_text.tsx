import type { JSX } from 'preact';
import { splitText } from '@uwallet/shared/rich_text.ts';
import { useChatContext } from './context.ts';

/** The text of a message with its links; everything else is printed as it stands. */
export function RichText({ text, marked }: { text: string; marked: boolean }): JSX.Element {
  const { strings } = useChatContext();
  return (
    <>
      {splitText(text, marked).map((part, index) => {
        if (part.type === 'text') return part.text;
        if (part.type === 'strong') return <strong key={index}>{part.text}</strong>;
        const onWeb = /^https?:/.test(part.href);
        return (
          <a
            key={index}
            href={part.href}
            title={part.href}
            {...(onWeb ? { target: '_blank', rel: 'noopener noreferrer nofollow' } : {})}
          >
            {part.text}
            {onWeb && <span class="only-read">{strings.link_opens_new}</span>}
          </a>
        );
      })}
    </>
  );
}
