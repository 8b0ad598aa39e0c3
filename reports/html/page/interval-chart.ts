/**
 * Points with intervals, bounds and shaded ranges: the forest plots.
 * @module
 */
import { axisTitle, colour, common, legend, rangeOf, type ChartConfig } from './chart-parts.ts';
import type { IntervalsFigure } from '../../view.ts';

/** Points with their intervals as floating bars; on a logarithmic axis zero is drawn at the left edge. */
export function intervals(figure: IntervalsFigure): ChartConfig {
  const ends = figure.scale === 'linear' ? figure.bands.flatMap(({ min, max }) => [min ?? 0, max]) : [];
  const [least, most] = rangeOf(figure.scale, [
    ...figure.points.flatMap((p) => [p.value, p.low ?? p.value, p.high ?? p.value, p.bound ?? p.value]),
    ...ends,
  ]);
  const shown = (value: number): number => Math.max(value, least);
  const names = namesOf(figure);
  return {
    data: {
      labels: names,
      datasets: [
        {
          type: 'scatter',
          label: figure.pointName,
          data: figure.points.map((p, i) => ({ x: shown(p.value), y: names[i] })),
          backgroundColor: figure.points.map((p) => colour(`--is-${p.status.outcome}`)),
          pointRadius: 5,
          pointStyle: 'rectRot',
        },
        {
          type: 'scatter',
          label: 'bound',
          data: figure.points.flatMap((p, i) => (p.bound === null ? [] : [{ x: p.bound, y: names[i] }])),
          borderColor: colour('--ink'),
          pointRadius: 8,
          pointStyle: 'line',
          rotation: 90,
          borderWidth: 2,
        },
        {
          type: 'bar',
          label: '95 % interval',
          data: figure.points.map((p) => [shown(p.low ?? p.value), shown(p.high ?? p.value)]),
          backgroundColor: colour('--interval'),
          barThickness: 8,
        },
      ],
    },
    type: 'bar',
    plugins: [bandsPlugin(figure)],
    options: {
      ...common,
      indexAxis: 'y',
      scales: {
        x: { type: figure.scale, min: least, max: most, title: axisTitle(figure.xTitle) },
        y: { type: 'category', grid: { display: false } },
      },
      plugins: {
        ...legend(true),
        tooltip: { callbacks: { label: (item: { dataIndex: number }) => figure.points[item.dataIndex].text } },
      },
    },
  };
}

/** Of one name each on the axis; levels of two axes may have the same. */
function namesOf({ points }: IntervalsFigure): string[] {
  const labels = points.map(({ label }) => label);
  return points.map(({ axis, label }) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${axis} · ${label}`,
  );
}

interface DrawnChart {
  readonly ctx: CanvasRenderingContext2D;
  readonly chartArea: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly scales: { readonly x: { getPixelForValue(value: number): number } };
}

/** Every second named range is shaded behind the points, with its name at the top. */
function bandsPlugin(figure: IntervalsFigure): object {
  return {
    id: 'bands',
    beforeDatasetsDraw({ ctx, chartArea, scales }: DrawnChart): void {
      const { left, right, top, bottom } = chartArea;
      let from = left;
      ctx.save();
      ctx.font = '10px sans-serif';
      figure.bands.forEach((band, i) => {
        const inside = (value: number): number => Math.min(right, Math.max(left, scales.x.getPixelForValue(value)));
        const to = inside(band.max);
        if (band.min !== undefined) from = inside(band.min);
        if (to > from) {
          ctx.fillStyle = colour('--band');
          if (i % 2 === 0) ctx.fillRect(from, top, to - from, bottom - top);
          ctx.fillStyle = colour('--ink-soft');
          if (ctx.measureText(band.name).width < to - from - 6) ctx.fillText(band.name, from + 3, top + 10);
        }
        from = Math.max(from, to);
      });
      ctx.restore();
    },
  };
}
