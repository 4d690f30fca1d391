/** Finding a canned reply by what is typed after 「/」. Pure. */

import type { CannedReply } from './protocol.ts';

/** Returns what is searched for if the text asks for canned replies, else null. */
export function cannedQuery(text: string): string | null {
  const match = /^[/／]([^\n]*)$/.exec(text);
  return match ? (match[1] ?? '').trim() : null;
}

/**
 * Returns the replies that fit, best first: by shortcut, then title, folder and text; all for an empty query. Of those
 * that fit as well, the agent's own come first, then what is sent most.
 */
export function findReplies(replies: readonly CannedReply[], query: string): CannedReply[] {
  const wanted = query.toLowerCase();
  return replies
    .map((reply, index) => ({ reply, index, rank: rank(reply, wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort(
      (a, b) =>
        (a.rank ?? 0) - (b.rank ?? 0) ||
        Number(b.reply.is_personal) - Number(a.reply.is_personal) ||
        b.reply.uses - a.reply.uses ||
        a.index - b.index,
    )
    .map(({ reply }) => reply);
}

function rank(reply: CannedReply, wanted: string): number | null {
  const shortcut = reply.shortcut?.toLowerCase() ?? '';
  const title = reply.title.toLowerCase();
  if (wanted === '') return 0;
  if (shortcut === wanted) return 0;
  if (shortcut.startsWith(wanted)) return 1;
  if (title.startsWith(wanted)) return 2;
  if (title.includes(wanted) || shortcut.includes(wanted)) return 3;
  if (reply.folder?.toLowerCase().includes(wanted)) return 4;
  return reply.text.toLowerCase().includes(wanted) ? 5 : null;
}

/**
 * Returns the text of a reply with its variables filled in (`{称呼}`). One that has no value here is left out together with
 * the punctuation behind it, so that nobody is greeted as 「{称呼}」; what is no variable stays as it is.
 */
export function filledReply(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([^{}\n]{1,16})\}([，,、]?)/g, (whole, name: string, mark: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return value === '' ? '' : value + mark;
  });
}

/** Whether more happens than that the text is sent. */
export function isMacro(reply: CannedReply): boolean {
  return reply.labels.length > 0 || reply.ending !== null;
}
