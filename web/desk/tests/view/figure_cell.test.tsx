/** One figure of an answer: a share only where there are enough, and an arrow that is told in words, too. */

import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { AnswerCounts } from '../../src/core/protocol.ts';
import { FigureCell } from '../../src/studio/figure_cell.tsx';

const counts: AnswerCounts = {
  shown: 400,
  conversations: 200,
  helpful: 0,
  unhelpful: 60,
  solved: 0,
  handed_off: 1,
  not_understood: 0,
};

it('says how much, which share, and that it has got worse', () => {
  const { container } = render(<FigureCell now={counts} before={{ ...counts, unhelpful: 20 }} figure="unhelpful" />);
  expect(container.textContent).toContain('60');
  expect(container.textContent).toContain('15%');
  expect(screen.getByLabelText('比前一段时间高（5.0%）').dataset.tone).toBe('worse');
});

it('gives no share of three', () => {
  const few = { ...counts, shown: 3, unhelpful: 3 };
  const { container } = render(<FigureCell now={few} before={counts} figure="unhelpful" />);
  expect(container.textContent).toBe('3');
});

it('says in how many conversations it was shown', () => {
  const { container } = render(<FigureCell now={counts} before={null} figure="shown" />);
  expect(container.textContent).toBe('400200个会话');
});
