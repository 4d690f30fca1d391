/** The knowledge as its owner edits it: what forms show of an entry, and what becomes of it. Pure. */

import type { EntryView } from './protocol.ts';

export type EntryKind = EntryView['kind'];
export type EntryValue = EntryView['value'];

/** The kinds that have a form; the others are files for developers. */
export const EDITABLE = ['faq', 'topic', 'notice', 'organisation', 'hot_questions'] as const;
export type EditableKind = (typeof EDITABLE)[number];

/** A question with one answer, as `FaqValue` of the protocol. */
export interface StudioFaq {
  category: string;
  category_title?: string | null;
  question: string;
  similar: string[];
  answer: string;
  buttons?: string[];
  valid_from?: string | null;
  valid_until?: string | null;
  outdated?: string | null;
  sites?: string[];
  channels?: string[];
  [more: string]: unknown;
}

/** One text of an entry, and where it stands in it. */
export interface TextPlace {
  path: (string | number)[];
  text: string;
}

/** Fields whose values users read; everything else says how it works. */
const TEXTS = new Set([
  'title',
  'intro',
  'text',
  'trouble',
  'treatment',
  'there',
  'short',
  'cancelled',
  'finished',
  'label',
  'ask',
  'known',
  'unknown',
  'accept_label',
  'decline_label',
  'source',
]);

/** What a deployment fills in as a text; hours and the like are set where they have a form. */
const ORGANISATION = new Set([
  'brand_name',
  'site_url',
  'hotline',
  'social_accounts',
  'police',
  'ambulance',
  'anti_fraud',
  'psychological_aid',
  'text',
  'policy_url',
  'kept_for',
]);

/** One step as its form has it; what the form does not show stays as it was. */
export interface StudioStep {
  id?: string;
  title: string;
  text: string;
  trouble: string;
  is_fallback?: boolean;
  [more: string]: unknown;
}

/** A number or a dash at the beginning of a line: 「1.」, 「第2步：」, 「3、」, 「（4）」, 「- 」, 「①」. */
const MARK = /^(?:第?[\d一二三四五六七八九十]+步?[.．、:：)）]|[（(]\d+[)）]|[①-⑳]|[-*•·]|#{1,6})\s*/u;
const LONGEST_TITLE = 20;

/**
 * The steps in a text that was written elsewhere, such as a Word or Markdown file.
 *
 * Where lines are numbered each number begins a step, and lines without one go on with it; otherwise each line is one.
 */
export function stepsOfText(text: string): StudioStep[] {
  const lines = linesOf(text);
  const isNumbered = lines.some((line) => MARK.test(line));
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.length - 1;
    if (!isNumbered || MARK.test(line)) parts.push(line.replace(MARK, ''));
    else if (last >= 0) parts[last] = `${parts[last] ?? ''}\n${line}`;
  }
  return parts
    .map((part) => part.replaceAll('**', '').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, head = '', rest = ''] = /^([^：:\n]+)[：:\n]\s*(.+)$/su.exec(part) ?? [];
      if (head !== '' && head.length <= LONGEST_TITLE) return { title: head.trim(), text: rest.trim(), trouble: '' };
      const sentence = part.split(/[，。；,;\n]/u)[0] ?? part;
      return { title: sentence.slice(0, LONGEST_TITLE), text: part, trouble: '' };
    });
}

/** The steps with an id for each that has none; none is given twice. */
export function withStepIds(steps: readonly StudioStep[], moment: number): StudioStep[] {
  return steps.map((step, index) => ({ ...step, id: step.id ?? newId('step', moment + index) }));
}

/** A text without spaces around it; null: nothing was typed. */
export function emptyAsNull(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** Lines of a field, without empty ones and doubles. */
export function linesOf(text: string): string[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ];
}

/** The texts of an entry that its owner may change, in their order. */
export function textsOf(kind: EntryKind, value: unknown): TextPlace[] {
  const found: TextPlace[] = [];
  const walk = (part: unknown, path: (string | number)[]): void => {
    if (Array.isArray(part)) return part.forEach((item, index) => walk(item, [...path, index]));
    if (part === null || typeof part !== 'object') return;
    for (const [name, item] of Object.entries(part as Record<string, unknown>)) {
      const isText = kind === 'organisation' ? ORGANISATION.has(name) : TEXTS.has(name);
      if (isText && (typeof item === 'string' || item === null))
        found.push({ path: [...path, name], text: item ?? '' });
      else walk(item, [...path, name]);
    }
  };
  walk(value, []);
  return found;
}

/** A copy of an entry with some texts changed; an empty text of the organisation is not known. */
export function withTexts(kind: EntryKind, value: EntryValue, texts: readonly TextPlace[]): EntryValue {
  const copy = structuredClone(value);
  for (const { path, text } of texts) {
    const last = path.at(-1);
    let part: unknown = copy;
    for (const name of path.slice(0, -1)) part = (part as Record<string | number, unknown>)[name];
    if (last !== undefined)
      (part as Record<string | number, unknown>)[last] = kind === 'organisation' && text === '' ? null : text;
  }
  return copy;
}

/** What stands above a text: the nearest title or id around it. */
export function placeName(value: unknown, path: readonly (string | number)[]): string {
  const names: string[] = [];
  let part: unknown = value;
  for (const name of path.slice(0, -1)) {
    part = (part as Record<string | number, unknown>)[name];
    if (typeof name !== 'number') continue;
    const { title, label, id } = part as { title?: unknown; label?: unknown; id?: unknown };
    const own = [title, label, id].find((it) => typeof it === 'string');
    names.push(typeof own === 'string' ? `${name + 1}. ${own}` : String(name + 1));
  }
  return names.join(' / ');
}

export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

/** What differs between two values of an entry, by field. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const old = flat(before);
  const fresh = flat(after);
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? '', after: fresh.get(field) ?? '' }))
    .filter((change) => change.before !== change.after)
    .map((change) => (isLong(change.before) && isLong(change.after) ? ofLines(change) : change));
}

const MANY_LINES = 10;

function isLong(text: string): boolean {
  return text.split('\n').length >= MANY_LINES;
}

/** Of long texts, such as a file of examples, only the lines that the other one lacks. */
function ofLines({ field, before, after }: FieldChange): FieldChange {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const without = (lines: string[], others: string[]): string => {
    const known = new Set(others);
    return lines.filter((line) => !known.has(line)).join('\n');
  };
  const change = { field, before: without(old, fresh), after: without(fresh, old) };
  // Lines that were only moved.
  return change.before === '' && change.after === '' ? { field, before, after } : change;
}

function flat(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (part: unknown, path: string): void => {
    if (part === null || part === undefined || part === '') return;
    if (Array.isArray(part)) {
      // A list of texts is read as one: who adds a line has not changed all that follow.
      if (part.every((item) => typeof item !== 'object')) {
        if (part.length > 0) found.set(path, part.map(String).join('\n'));
      } else part.forEach((item, index) => walk(item, `${path}[${index + 1}]`));
    } else if (typeof part === 'object') {
      for (const [name, item] of Object.entries(part)) walk(item, path === '' ? name : `${path}.${name}`);
    } else found.set(path, typeof part === 'string' ? part : JSON.stringify(part));
  };
  walk(value, '');
  return found;
}

/** Whether an entry is found by what is typed: in its title, its id or any of its texts. */
export function hasWords(entry: Pick<EntryView, 'id' | 'title' | 'value'>, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const whole = [entry.id, entry.title, ...flat(entry.value).values()].join('\n').toLowerCase();
  return words.every((word) => whole.includes(word));
}

/** Whether something holds on a day (`2026-03-01`): `ahead`, `over`, or null for now. */
export function validityOf(value: EntryValue, day: string): 'ahead' | 'over' | null {
  const from = typeof value.valid_from === 'string' ? value.valid_from.slice(0, 10) : null;
  const until = typeof value.valid_until === 'string' ? value.valid_until.slice(0, 10) : null;
  if (until !== null && until < day) return 'over';
  if (from !== null && from > day) return 'ahead';
  return null;
}

/** An id for what is new; nobody has to think of a name. */
export function newId(prefix: string, moment: number): string {
  return `${prefix}_${moment.toString(36)}`;
}
