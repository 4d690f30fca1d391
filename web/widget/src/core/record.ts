/** The conversation as a text file, for users to keep. */

import { fill } from '@uwallet/shared/fill.ts';
import type { Strings } from '../i18n/strings.ts';
import type { Message } from './protocol.ts';
import { isVisible } from './transcript.ts';

/** Without it Windows' editor takes Chinese for something else. */
const BYTE_ORDER_MARK = '\ufeff';

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-28 14:03`, in the browser's time zone. */
function moment(time: Date): string {
  const day = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join('-');
  return `${day} ${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

function entry(message: Message, strings: Strings): string {
  const { author, agent, supervisor, text, attachment, buttons, created_at } = message;
  const role = supervisor ? strings.support.supervisor : strings.author[author];
  const name = agent ? fill(strings.support.says, { name: agent, role }) : fill(strings.says, { author: role });
  const offered = buttons.map(({ title }) => `[${title}]`).join(' ');
  const said = [attachment ? `[${strings.image.alt}]` : '', text, offered].filter((part) => part !== '');
  return `${moment(new Date(created_at))}  ${name}\n${said.join('\n')}`;
}

/** Returns the file's text. */
export function describeConversation(messages: readonly Message[], title: string, now: Date, strings: Strings): string {
  const heading = fill(strings.record.heading, { title, time: moment(now) });
  return (
    BYTE_ORDER_MARK +
    [heading, ...messages.filter(isVisible).map((message) => entry(message, strings))].join('\n\n') +
    '\n'
  );
}

/** Returns the file's name. */
export function recordName(title: string, now: Date): string {
  return `${title}-${moment(now).slice(0, 10)}.txt`;
}
