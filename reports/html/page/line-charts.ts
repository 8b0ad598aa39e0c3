/**
 * Lines over categories, and steps over numbers.
 * @module
 */
import { axisTitle, common, legend, rangeOf, roleColour, type ChartConfig } from './chart-parts.ts';
import type { CurvesFigure, LinesFigure, Series } from '../../view.ts';

export function lines(figure: LinesFigure): ChartConfig {
  return {
    type: 'line',
    data: {
      labels: figure.x,
      datasets: figure.series.flatMap((series, i) => [
        {
          label: series.name,
          // a logarithmic axis has no zero: a gap, as the caption says
          data: series.values.map((value) => (value === null || value <= 0 ? null : value)),
          borderColor: roleColour(series.role, i),
          backgroundColor: roleColour(series.role, i),
          borderWidth: 1.75,
          // few points are values that were measured, many are a curve
          pointRadius: series.low === undefined ? 0 : 3,
        },
        ...intervalBand(series, roleColour(series.role, i)),
      ]),
    },
    options: {
      ...common,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { title: axisTitle(figure.xTitle), ticks: { maxTicksLimit: 9, maxRotation: 0 }, grid: { display: false } },
        y: { type: 'logarithmic', title: axisTitle(figure.yTitle) },
      },
      plugins: {
        legend: {
          display: figure.series.length > 1,
          position: 'bottom',
          labels: { boxWidth: 12, filter: (item: { text: string }) => item.text !== '' },
        },
        tooltip: { filter: (item: { dataset: { label: string } }) => item.dataset.label !== '' },
      },
    },
  };
}

/** The interval of a line as a shaded band: two lines without a name, the upper filled down to the lower. */
function intervalBand({ low, high }: Series, line: string): object[] {
  if (low === undefined || high === undefined) return [];
  const edge = { label: '', borderWidth: 0, pointRadius: 0, backgroundColor: `${line}33` };
  return [
    { ...edge, data: low },
    { ...edge, data: high, fill: '-1' },
  ];
}

export function curves(figure: CurvesFigure): ChartConfig {
  const [least, most] = rangeOf(
    figure.scale,
    figure.curves.flatMap(({ points }) => points.map(({ x }) => x)),
  );
  return {
    type: 'scatter',
    data: {
      datasets: figure.curves.map((curve, i) => ({
        label: curve.name,
        data: [{ x: least, y: 0 }, ...curve.points.map(({ x, y }) => ({ x: Math.max(x, least), y }))],
        showLine: true,
        stepped: 'before',
        borderColor: roleColour(curve.role, i),
        backgroundColor: roleColour(curve.role, i),
        borderWidth: 1.75,
        pointRadius: 0,
      })),
    },
    options: {
      ...common,
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: {
          type: figure.scale,
          min: least,
          max: most,
          title: axisTitle(figure.xTitle),
          ticks: { maxRotation: 0, includeBounds: false },
          // the ends of a logarithmic axis are no round numbers, and would stand in the way of those that are
          afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
            if (figure.scale === 'logarithmic')
              axis.ticks = axis.ticks.filter(({ value }) => value > least && value < most);
          },
        },
        y: { min: 0, max: 1, title: axisTitle(figure.yTitle) },
      },
      plugins: legend(figure.curves.length > 1),
    },
  };
}
