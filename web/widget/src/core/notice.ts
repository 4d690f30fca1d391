/** The notice on stored chats, which the site shows before the first message or asks consent to. */

import type { NoticeView } from '@uwallet/shared/protocol.gen.ts';
import { fields, text, textOrNull } from '@uwallet/shared/wire.ts';

export type Notice = NoticeView;
export type NoticeAnswer = NonNullable<Notice['answer']>;

const ANSWERS: readonly string[] = ['shown', 'agreed', 'refused', 'withdrawn'];

/** Reads the notice in `session_confirm` and in the answer to `answer_notice`; null if the site has none. */
export function readNotice(value: unknown): Notice | null {
  const source = fields(value);
  const version = text(source.version);
  if (version === '') return null;
  const url = textOrNull(source.policy_url);
  const answer = text(source.answer);
  return {
    version,
    text: text(source.text),
    policy_url: url !== null && /^https?:\/\//.test(url) ? url : null,
    policy_unknown: text(source.policy_unknown),
    mode: source.mode === 'consent' ? 'consent' : 'shown',
    answer: ANSWERS.includes(answer) ? (answer as NoticeAnswer) : null,
  };
}

/** Whether the gateway refuses messages. */
export function blocksMessages(notice: Notice | null): boolean {
  return notice?.mode === 'consent' && notice.answer !== 'agreed';
}
