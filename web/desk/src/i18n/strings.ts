/** What the desk says: its own texts, and the words that it shares with the files that supervisors download. */

import { fill } from '@uwallet/shared/fill.ts';
import texts from './zh-CN.json';
import words from './words.gen.json';

const {
  kinds,
  target_kinds,
  outcomes,
  ticket_events,
  visitor,
  picture,
  speakers,
  audit_actors,
  audit_actions,
  ...shared
} = words;

export const t = {
  ...texts,
  ...shared,
  events: ticket_events,
  authors: speakers,
  actors: speakers,
  insight: { ...texts.insight, kinds },
  targets: { ...texts.targets, kinds: target_kinds },
  conversations: { ...texts.conversations, outcomes },
  user: { ...texts.user, visitor },
  chat: { ...texts.chat, picture },
  audit: { ...texts.audit, actors: audit_actors, actions: audit_actions },
};
export { fill };

/** Returns the name of something that the gateway names by a code; the code itself if it has no name here. */
export function nameOf(names: Record<string, string>, code: string | null | undefined): string {
  return (code ? names[code] : undefined) ?? code ?? '';
}
