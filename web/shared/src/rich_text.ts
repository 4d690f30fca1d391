/**
 * Finds links and emphasis in the text of a message. Our own, as the libraries do not fit: linkify-it and linkifyjs add 10
 * to 22 KiB for naked host names in all top-level domains, take 「。」 or a Chinese sentence for part of an address, and know
 * no `[name](address)`. Nothing here makes HTML: the view prints every part as text.
 */

export type Part =
  { type: 'text'; text: string } | { type: 'strong'; text: string } | { type: 'link'; text: string; href: string };

const SCHEMES: readonly string[] = ['http:', 'https:', 'tel:', 'mailto:'];

/** Characters of an address: printable ASCII of RFC 3986, so that Chinese text and punctuation end it. */
const ADDRESS = String.raw`[\w\-.~:/?#@!$&'()*+,;=%[\]]+`;

const NAMED = String.raw`\[([^[\]\n]{1,200})\]\(((?:https?:\/\/|tel:|mailto:)[\w\-.~:/?#@!$&'*+,;=%]{1,2000})\)`;
const BARE = String.raw`(?<![A-Za-z0-9])(?:https?:\/\/|mailto:|tel:\+?\d)${ADDRESS}`;
const MAIL = String.raw`(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+`;
// Asterisks also mask numbers, such as 138****8000: those next to a third one, or within a word, are no emphasis.
const STRONG = String.raw`(?<![*])(?:\*\*(?![*A-Za-z0-9])|(?<![A-Za-z0-9])\*\*(?![*]))([^*\n]{1,500})\*\*(?![*])`;

// Browsers without lookbehind (Safari before 16.4) refuse the pattern; they link addresses within words, too.
function pattern(sources: string[]): RegExp {
  const source = sources.map((part) => `(?:${part})`).join('|');
  try {
    return new RegExp(source, 'gi');
  } catch {
    return new RegExp(source.replace(/\(\?<!\[[^\]]*\]\)/g, ''), 'gi');
  }
}

const WRITTEN_BY_US = pattern([NAMED, BARE, MAIL, STRONG]);
const WRITTEN_BY_USERS = pattern([BARE, MAIL]);

/** Returns the address if it is one that may be followed, else null. */
export function safeAddress(address: string): string | null {
  try {
    const url = new URL(address);
    return SCHEMES.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Cuts what belongs to the sentence rather than to the address: full stops, quotes, a closing bracket without its opening one. */
function trimAddress(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address[end - 1] ?? '';
    const within = address.slice(0, end);
    const open = within.split('(').length;
    const close = within.split(')').length;
    if (/[.,;:!?'*~\][]/.test(last) || (last === ')' && close > open)) end -= 1;
    else return within;
  }
}

/**
 * Splits text into parts. `marked` also reads `[name](address)` and `**emphasis**`, which only the bot and agents write;
 * what users type is shown as they typed it.
 */
export function splitText(text: string, marked: boolean): Part[] {
  const parts: Part[] = [];
  let done = 0;
  const addText = (until: number): void => {
    if (until > done) parts.push({ type: 'text', text: text.slice(done, until) });
  };
  for (const match of text.matchAll(marked ? WRITTEN_BY_US : WRITTEN_BY_USERS)) {
    const [whole] = match;
    const [name, namedAddress, emphasis] = marked ? match.slice(1) : [];
    const found = name ? whole : emphasis ? whole : trimAddress(whole);
    const part = readPart(found, name, namedAddress, emphasis);
    if (!part) continue;
    addText(match.index);
    parts.push(part);
    done = match.index + found.length;
  }
  addText(text.length);
  return parts;
}

function readPart(found: string, name?: string, namedAddress?: string, emphasis?: string): Part | null {
  if (emphasis) return { type: 'strong', text: emphasis };
  const hasScheme = /^(https?|tel|mailto):/i.test(found);
  const href = safeAddress(namedAddress ?? (hasScheme ? found : `mailto:${found}`));
  return href === null ? null : { type: 'link', text: name ?? found, href };
}
