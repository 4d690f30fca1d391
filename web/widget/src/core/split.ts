/** Cuts a text that is too long for one message into several. */

import { countCharacters } from '@uwallet/shared/composing.ts';

/** A sentence with its end, or a line. */
const SENTENCE = /[^。！？!?\n]*[。！？!?\n]*/g;

/** Returns the parts in order, each of at most `most` characters; cut within a sentence only where one alone is longer. */
export function splitForSending(text: string, most: number): string[] {
  const parts: string[] = [];
  let part = '';
  const close = (): void => {
    if (part.trim() !== '') parts.push(part.trim());
    part = '';
  };
  for (const sentence of text.match(SENTENCE) ?? []) {
    if (countCharacters((part + sentence).trim()) > most) close();
    for (const character of countCharacters(sentence.trim()) > most ? sentence : [sentence]) {
      if (countCharacters(part + character) > most && character.trim() !== '') close();
      part += character;
    }
  }
  close();
  return parts;
}
