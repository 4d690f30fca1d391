/** What became of each answer: which are the worst, and whether it got better. Pure. */

import type { AnswerCounts, AnswerFiguresRow } from './protocol.ts';
import { compareShares, valueOf, type Share, type Verdict } from './shares.ts';

/** The figures of an answer in the order of their columns, and what each is a share of. */
export const FIGURES = {
  unhelpful: 'shown',
  handed_off: 'conversations',
  not_understood: 'shown',
  solved: 'conversations',
  helpful: 'shown',
  shown: null,
} as const satisfies Record<string, keyof AnswerCounts | null>;
export type Figure = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as Figure[];

/** Of fewer a share is chance. */
export const FEW = 20;

/** The kinds of answers as they are filtered by. */
export const GROUPS = {
  faq: ['faq'],
  topic: ['procedure', 'diagnosis', 'answer'],
  step: ['step', 'cause'],
  follow_up: ['follow_up', 'part'],
  gone: ['gone'],
} as const satisfies Record<string, readonly AnswerFiguresRow['kind'][]>;
export type Group = keyof typeof GROUPS;

export interface Wanted {
  query: string;
  group: string;
  /** Showings without which an answer is left out. */
  least: number;
  order: Figure;
  by: 'count' | 'share';
  /** The fewest first. */
  up: boolean;
}

/** A figure as a part of what it is a share of; null: it is no share. */
export function partOf(counts: AnswerCounts, figure: Figure): Share | null {
  const whole = FIGURES[figure];
  return whole === null ? null : { count: counts[figure], of: counts[whole] };
}

/** A figure as a share from 0 to 1; null where it is none, or of too few. */
export function shareOf(counts: AnswerCounts, figure: Figure): number | null {
  const part = partOf(counts, figure);
  return part === null || part.of < FEW ? null : valueOf(part);
}

/** Whether a share is higher or lower than in the days before. */
export function changeOf(now: AnswerCounts, before: AnswerCounts | null, figure: Figure): Verdict {
  const [one, other] = [partOf(now, figure), before && partOf(before, figure)];
  if (!one || !other || one.of < FEW || other.of < FEW) return 'few';
  return compareShares(one, other);
}

/** Whether more of it is better; null: neither. */
export function isGood(figure: Figure): boolean | null {
  return figure === 'shown' ? null : figure === 'solved' || figure === 'helpful';
}

/** The answers that are asked for, in their order. */
export function arranged(rows: readonly AnswerFiguresRow[], wanted: Wanted): AnswerFiguresRow[] {
  const words = wanted.query.toLowerCase().split(/\s+/).filter(Boolean);
  const kinds: readonly string[] | undefined = (GROUPS as Partial<Record<string, readonly string[]>>)[wanted.group];
  const value = (row: AnswerFiguresRow): number =>
    wanted.by === 'share' && FIGURES[wanted.order] !== null
      ? (shareOf(row.now, wanted.order) ?? -1)
      : row.now[wanted.order];
  const sign = wanted.up ? 1 : -1;
  return rows
    .filter(
      (row) =>
        row.now.shown >= wanted.least &&
        (kinds === undefined || kinds.includes(row.kind)) &&
        words.every((word) =>
          [row.title, row.topic_title ?? '', row.topic, row.place ?? ''].join('\n').toLowerCase().includes(word),
        ),
    )
    .toSorted((a, b) => sign * (value(a) - value(b)) || b.now.shown - a.now.shown);
}

/** Where the figures of an answer are. */
export function keyOf({ topic, place }: Pick<AnswerFiguresRow, 'topic' | 'place'>): string {
  return place === null ? topic : `${topic}\n${place}`;
}
