/** The text of a message with its links; everything else is printed as it stands. */

import { splitText } from '@uwallet/shared/rich_text.ts';
import type { JSX } from 'react';

/** `marked`: written by the bot or an agent, who may name links and emphasise. */
export function RichText({ text, marked }: { text: string; marked: boolean }): JSX.Element {
  return (
    <>
      {splitText(text, marked).map((part, index) => {
        if (part.type === 'text') return part.text;
        if (part.type === 'strong') return <strong key={index}>{part.text}</strong>;
        return (
          <a key={index} href={part.href} title={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        );
      })}
    </>
  );
}
