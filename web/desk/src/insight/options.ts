/** What the charts show, as ECharts wants it. Pure. */

import type { EChartsCoreOption } from 'echarts/core';
import type { Figure } from '../core/answer_figures.ts';
import { reasonsOf, type Figures, type Statistics } from '../core/insight.ts';
import type { AnswerTrend } from '../core/protocol.ts';
import { nameOf, t } from '../i18n/strings.ts';

/** Colours that people with any colour vision tell apart, readable on light and dark. */
const COLORS = { all: '#8a94a3', solved: '#12a37a', handed_off: '#e8890c', gave_up: '#d64550' };
const SLICES = ['#12a37a', '#e8890c', '#5b6bd6', '#d64550', '#c4a000', '#2f9fd0', '#a55bc9', '#8a94a3'];
const TREND: Record<Figure, string> = {
  shown: '#5b6bd6',
  handed_off: COLORS.handed_off,
  solved: COLORS.solved,
  unhelpful: COLORS.gave_up,
  not_understood: '#a55bc9',
  helpful: COLORS.solved,
};
const STARS = ['#d64550', '#ea7f3a', '#e5b93c', '#7dbb5b', '#12a37a'];

/** Conversations of each day, and how they ended. */
export function daysOption({ days }: Statistics): EChartsCoreOption {
  const bar = (name: string, color: string, value: (figures: Figures) => number): object => ({
    type: 'bar',
    name,
    color,
    barMaxWidth: 18,
    data: days.map(({ figures }) => value(figures)),
  });
  const { figures: names } = t.insight;
  return {
    xAxis: { type: 'category', data: days.map(({ date }) => date.slice(5).replace('-', '/')) },
    yAxis: { type: 'value', minInterval: 1 },
    series: [
      bar(names.conversations, COLORS.all, ({ conversations }) => conversations),
      bar(names.solved, COLORS.solved, ({ solved }) => solved),
      bar(names.handed_off, COLORS.handed_off, ({ handed_off }) => handed_off),
      bar(names.gave_up, COLORS.gave_up, ({ abandoned, left }) => abandoned + left),
    ],
  };
}

/** Why people came to a human. */
export function reasonsOption(figures: Figures): EChartsCoreOption {
  return {
    tooltip: { trigger: 'item' },
    legend: { show: false },
    series: [
      {
        type: 'pie',
        radius: ['38%', '66%'],
        data: reasonsOf(figures).map(({ reason, count }) => ({ name: nameOf(t.reasons, reason), value: count })),
        color: SLICES,
        label: { color: 'inherit', formatter: '{b} {c}' },
      },
    ],
  };
}

/** How many of each star the bot and the agents got. */
export function ratingsOption(figures: Figures): EChartsCoreOption {
  const rows = [
    { name: t.insight.agents, rating: figures.agent_rating },
    { name: t.insight.bot, rating: figures.bot_rating },
  ];
  return {
    // One rating does not fill the chart.
    xAxis: { type: 'value', minInterval: 1, max: ({ max }: { max: number }) => Math.max(5, max) },
    yAxis: { type: 'category', data: rows.map(({ name }) => name) },
    series: STARS.map((color, index) => ({
      type: 'bar',
      name: `${index + 1}★`,
      stack: 'all',
      color,
      barMaxWidth: 28,
      data: rows.map(({ rating }) => rating.distribution[index] ?? 0),
    })),
  };
}

/** How long people waited for a human on each day, in minutes. */
export function waitsOption({ days }: Statistics): EChartsCoreOption {
  const minutes = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds / 6) / 10);
  const line = (name: string, color: string, value: (figures: Figures) => number | null): object => ({
    // One day is no line.
    type: days.length > 1 ? 'line' : 'bar',
    name,
    color,
    barMaxWidth: 28,
    connectNulls: true,
    data: days.map(({ figures }) => minutes(value(figures))),
  });
  return {
    xAxis: { type: 'category', data: days.map(({ date }) => date.slice(5).replace('-', '/')) },
    yAxis: { type: 'value', name: t.insight.minutes },
    series: [
      line(t.insight.waiting_median, COLORS.solved, ({ waiting }) => waiting.median),
      line(t.insight.waiting_p95, COLORS.handed_off, ({ waiting }) => waiting.p95),
      line(t.insight.first_reply_median, '#5b6bd6', ({ first_reply }) => first_reply.median),
    ],
  };
}

/** A figure of an answer by day or week, and in as many days before. */
export function trendOption(trend: readonly AnswerTrend[], figure: Figure): EChartsCoreOption {
  const { answer_figures: texts } = t;
  const short = (date: string): string => date.slice(5).replace('-', '/');
  return {
    xAxis: {
      type: 'category',
      data: trend.map(({ first, last }) => (first === last ? short(first) : `${short(first)}–${short(last)}`)),
    },
    yAxis: { type: 'value', minInterval: 1 },
    series: [
      {
        type: 'bar',
        name: texts.now,
        color: TREND[figure],
        barMaxWidth: 18,
        data: trend.map(({ now }) => now[figure]),
      },
      {
        type: 'line',
        name: texts.before,
        color: COLORS.all,
        lineStyle: { type: 'dashed' },
        data: trend.map(({ before }) => before?.[figure] ?? null),
      },
    ],
  };
}
