/**
 * Figures with Chart.js. Colours come from the style sheet, so that light, dark and print agree with the tables.
 * @module
 */
import { element } from './dom.ts';
import { gridNode } from './grid.ts';
import type {
  CurvesFigure,
  Figure,
  GridFigure,
  HistogramFigure,
  IntervalsFigure,
  LinesFigure,
  Series,
  SeriesRole,
  StackedBarsFigure,
} from '../../view.ts';

interface ChartHandle {
  destroy(): void;
  resize(): void;
}
type ChartConfig = Readonly<Record<string, unknown>>;
/** The inlined Chart.js defines it. */
declare const Chart: (new (canvas: HTMLCanvasElement, config: ChartConfig) => ChartHandle) & {
  defaults: { color: string; borderColor: string; animation: boolean; font: { family: string; size: number } };
};

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function roleColour(role: SeriesRole, index: number): string {
  if (role !== 'plain') return colour(`--series-${role}`);
  return colour(`--line-${index % 6}`);
}

/** What Chart.js draws; a grid is a table. */
type ChartFigure = Exclude<Figure, GridFigure>;

const drawn: { chart: ChartHandle; canvas: HTMLCanvasElement; figure: ChartFigure }[] = [];

/** The figure with its caption; the chart is drawn once the node is in the page. */
export function figureNode(figure: Figure): HTMLElement {
  return element('figure', { id: figure.id, class: figure.kind }, [
    element('h4', { text: figure.title }),
    figure.kind === 'grid' ? gridNode(figure) : chartNode(figure),
    element('figcaption', { text: figure.caption }),
  ]);
}

function chartNode(figure: ChartFigure): HTMLElement {
  const canvas = element('canvas', { attributes: { role: 'img', 'aria-label': `${figure.title}. ${figure.caption}` } });
  const frame = element('div', { class: 'chart' }, [canvas]);
  frame.style.height = `${heightOf(figure)}px`;
  queueMicrotask(() => draw(canvas, figure));
  return frame;
}

function heightOf(figure: ChartFigure): number {
  if (figure.kind === 'stacked-bars') return 70 + figure.categories.length * 22;
  if (figure.kind === 'intervals') return 80 + figure.points.length * 24;
  return 260;
}

function draw(canvas: HTMLCanvasElement, figure: ChartFigure): void {
  Chart.defaults.color = colour('--ink-soft');
  Chart.defaults.borderColor = colour('--rule');
  Chart.defaults.animation = false;
  Chart.defaults.font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  drawn.push({ chart: new Chart(canvas, configOf(figure)), canvas, figure });
}

/** Draws everything again: after the colour scheme changed, or before printing. */
export function redrawCharts(): void {
  for (const { chart, canvas, figure } of drawn.splice(0)) {
    chart.destroy();
    draw(canvas, figure);
  }
}

function configOf(figure: ChartFigure): ChartConfig {
  switch (figure.kind) {
    case 'stacked-bars':
      return stackedBars(figure);
    case 'histogram':
      return histogram(figure);
    case 'intervals':
      return intervals(figure);
    case 'lines':
      return lines(figure);
    case 'curves':
      return curves(figure);
  }
}

const common = { responsive: true, maintainAspectRatio: false };
const axisTitle = (text: string): object => ({ display: text !== '', text });
const legend = (display: boolean): object => ({ legend: { display, position: 'bottom', labels: { boxWidth: 12 } } });

function stackedBars(figure: StackedBarsFigure): ChartConfig {
  return {
    type: 'bar',
    data: {
      labels: figure.categories,
      datasets: figure.series.map((series, i) => ({
        label: series.name,
        data: series.values,
        backgroundColor: roleColour(series.role, i),
        barThickness: 14,
      })),
    },
    options: {
      ...common,
      indexAxis: 'y',
      scales: {
        x: { stacked: true, beginAtZero: true, title: axisTitle(figure.xTitle), ticks: { precision: 0 } },
        y: { stacked: true, grid: { display: false }, ticks: { font: { size: 11 } } },
      },
      plugins: legend(true),
    },
  };
}

function histogram(figure: HistogramFigure): ChartConfig {
  return {
    type: 'bar',
    data: {
      labels: figure.bins,
      datasets: figure.series.map((series, i) => ({
        label: series.name,
        data: series.values,
        backgroundColor: roleColour(series.role, i),
      })),
    },
    options: {
      ...common,
      scales: {
        x: { stacked: true, title: axisTitle(figure.xTitle), grid: { display: false } },
        y: { stacked: true, beginAtZero: true, title: axisTitle(figure.yTitle), ticks: { precision: 0 } },
      },
      plugins: legend(figure.series.length > 1),
    },
  };
}

/** Points with their intervals as floating bars; on a logarithmic axis zero is drawn at the left edge. */
function intervals(figure: IntervalsFigure): ChartConfig {
  const [least, most] = rangeOf(
    figure.scale,
    figure.points.flatMap((p) => [p.value, p.low ?? 0, p.high ?? 0, p.bound ?? 0]),
  );
  const shown = (value: number): number => Math.max(value, least);
  return {
    data: {
      labels: figure.points.map((p) => p.label),
      datasets: [
        {
          type: 'scatter',
          label: figure.pointName,
          data: figure.points.map((p) => ({ x: shown(p.value), y: p.label })),
          backgroundColor: figure.points.map((p) => colour(`--is-${p.status.outcome}`)),
          pointRadius: 5,
          pointStyle: 'rectRot',
        },
        {
          type: 'scatter',
          label: 'bound',
          data: figure.points.filter((p) => p.bound !== null).map((p) => ({ x: p.bound, y: p.label })),
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

/** What an axis has to hold; a logarithmic one has room at the left for what is zero. */
function rangeOf(scale: 'logarithmic' | 'linear', values: readonly number[]): readonly [number, number] {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (scale === 'linear') return [0, largest === 0 ? 1 : Math.min(largest * 1.05, largest <= 1 ? 1 : Infinity)];
  const positive = values.filter((value) => value > 0);
  return positive.length === 0 ? [1e-6, 1] : [Math.min(...positive) / 4, largest * 2];
}

function curves(figure: CurvesFigure): ChartConfig {
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
        x: { type: figure.scale, min: least, max: most, title: axisTitle(figure.xTitle), ticks: { maxRotation: 0 } },
        y: { min: 0, max: 1, title: axisTitle(figure.yTitle) },
      },
      plugins: legend(figure.curves.length > 1),
    },
  };
}

interface DrawnChart {
  readonly ctx: CanvasRenderingContext2D;
  readonly chartArea: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly scales: { readonly x: { getPixelForValue(value: number): number } };
}

/** Every second named band is shaded behind the points, with its name at the top. */
function bandsPlugin(figure: IntervalsFigure): object {
  return {
    id: 'bands',
    beforeDatasetsDraw({ ctx, chartArea, scales }: DrawnChart): void {
      const { left, right, top, bottom } = chartArea;
      let from = left;
      ctx.save();
      ctx.font = '10px sans-serif';
      figure.bands.forEach((band, i) => {
        const to = Math.min(right, Math.max(left, scales.x.getPixelForValue(band.max)));
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

function lines(figure: LinesFigure): ChartConfig {
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
