/** A chart of ECharts that fits its place and the page's colours. */

import { theme } from 'antd';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef, type JSX } from 'react';

echarts.use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface ChartProps {
  option: EChartsCoreOption;
  /** What somebody is told who does not see it. */
  label: string;
  height?: number;
}

export function Chart({ option, label, height = 260 }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const { token } = theme.useToken();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = echarts.init(element, null, { renderer: 'svg' });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    // Its own copy: what is drawn is measured with it.
    const text = { color: token.colorTextSecondary, fontFamily: token.fontFamily };
    const line = { lineStyle: { color: token.colorBorderSecondary } };
    const axis = { axisLabel: text, axisLine: line, splitLine: line };
    chart.current?.setOption(
      {
        textStyle: { fontFamily: token.fontFamily, color: token.colorText },
        animationDuration: 300,
        grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
        legend: { top: 0, textStyle: text },
        ...option,
        // Drawn as text, never as HTML.
        tooltip: {
          trigger: 'axis',
          renderMode: 'richText',
          backgroundColor: token.colorBgElevated,
          borderColor: token.colorBorderSecondary,
          textStyle: { color: token.colorText },
          ...(option.tooltip as object | undefined),
        },
        ...withAxes(option, axis),
      },
      { notMerge: true },
    );
  }, [option, token]);
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}

function withAxes(option: EChartsCoreOption, axis: object): EChartsCoreOption {
  const of = (value: unknown): object => ({ ...axis, ...(value as object) });
  return {
    ...(option.xAxis === undefined ? {} : { xAxis: of(option.xAxis) }),
    ...(option.yAxis === undefined ? {} : { yAxis: of(option.yAxis) }),
  };
}
