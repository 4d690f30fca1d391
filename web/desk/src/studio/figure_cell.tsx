/** One figure of an answer: how many, what part of all that is, and whether that has changed. */

import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import type { JSX } from 'react';
import { changeOf, isGood, shareOf, type Figure } from '../core/answer_figures.ts';
import type { AnswerCounts } from '../core/protocol.ts';
import { fill, t } from '../i18n/strings.ts';

const { answer_figures: texts } = t;

interface FigureProps {
  now: AnswerCounts;
  before: AnswerCounts | null;
  figure: Figure;
}

export function FigureCell({ now, before, figure }: FigureProps): JSX.Element {
  return (
    <>
      {now[figure]}
      <Change now={now} before={before} figure={figure} />
      <div className="muted small">
        {figure === 'shown' ? fill(texts.conversations, { count: now.conversations }) : percentOf(now, figure)}
      </div>
    </>
  );
}

/** A share in percent; empty where it is of too few. */
export function percentOf(counts: AnswerCounts, figure: Figure): string {
  const share = shareOf(counts, figure);
  return share === null ? '' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

/** A figure with its share, where it has one. */
export function withShare(counts: AnswerCounts, figure: Figure): string {
  const share = percentOf(counts, figure);
  return share === '' ? String(counts[figure]) : fill(texts.with_share, { count: counts[figure], share });
}

/** An arrow where the share has changed more than chance would. */
export function Change({ now, before, figure }: FigureProps): JSX.Element | null {
  const verdict = changeOf(now, before, figure);
  if (before === null || (verdict !== 'higher' && verdict !== 'lower')) return null;
  const label = fill(texts[verdict], { before: percentOf(before, figure) });
  const tone = isGood(figure) === (verdict === 'higher') ? 'better' : 'worse';
  const Arrow = verdict === 'higher' ? ArrowUpOutlined : ArrowDownOutlined;
  return <Arrow className="figures-change" data-tone={tone} title={label} aria-label={label} />;
}
