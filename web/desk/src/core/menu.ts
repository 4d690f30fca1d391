/** The main menu as its owner arranges it: which topics stand in it, in which order, under which words. Pure. */

import type { EntryView } from './protocol.ts';
import type { EntryValue } from './studio.ts';

export interface MenuRow {
  id: string;
  /** The title of the topic. */
  title: string;
  /** What stands on the button. */
  label: string;
}

interface Menu {
  position: number;
  label: string;
}

type Topic = Pick<EntryView, 'kind' | 'id' | 'title' | 'value' | 'change' | 'revision'>;

/** What the draft is sent of one topic. */
export interface MenuChange {
  kind: 'topic';
  id: string;
  revision: number;
  value: EntryValue;
}

function menuIn(value: EntryValue): Menu | null {
  return (value.menu as Menu | null | undefined) ?? null;
}

/** The topics that the draft has. */
export function topicsOf<Entry extends Topic>(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ kind, change }) => kind === 'topic' && change !== 'removed');
}

/** The menu as the entries have it. */
export function menuOf(entries: readonly Topic[]): MenuRow[] {
  return topicsOf(entries)
    .flatMap(({ id, title, value }) => {
      const menu = menuIn(value);
      return menu ? [{ id, title, label: menu.label, position: menu.position }] : [];
    })
    .toSorted((a, b) => a.position - b.position)
    .map(({ id, title, label }) => ({ id, title, label }));
}

/** The rows with one moved to another place. */
export function moved<Row>(rows: readonly Row[], from: number, to: number): Row[] {
  const rest = rows.toSpliced(from, 1);
  return rest.toSpliced(to, 0, ...rows.slice(from, from + 1));
}

/** The topics that have to change so that the menu is as in the rows; the files of all others stay as they are. */
export function menuChanges(entries: readonly Topic[], rows: readonly MenuRow[]): MenuChange[] {
  const wanted = new Map(rows.map(({ id, label }, index) => [id, { position: index + 1, label: label.trim() }]));
  return topicsOf(entries).flatMap(({ id, value, revision }) => {
    const before = menuIn(value);
    const menu = wanted.get(id) ?? null;
    if (before?.position === menu?.position && before?.label === menu?.label) return [];
    const fields = Object.entries(value).filter(([name]) => name !== 'menu');
    return [{ kind: 'topic' as const, id, revision, value: menu ? { ...value, menu } : Object.fromEntries(fields) }];
  });
}
