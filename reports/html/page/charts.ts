/**
 * Figures with Chart.js. Colours come from the style sheet, so that light, dark and print agree with the tables.
 * @module
 */
import { axisTitle, colour, common, legend, roleColour, shortLabel, type ChartConfig } from './chart-parts.ts';
import { element } from './dom.ts';
import { gridNode } from './grid.ts';
import { intervals } from './interval-chart.ts';
import { curves, lines } from './line-charts.ts';
import type { Figure, GridFigure, HistogramFigure, StackedBarsFigure } from '../../view.ts';

interface ChartHandle {
  destroy(): void;
  resize(): void;
}
/** The inlined Chart.js defines it. */
declare const Chart: (new (canvas: HTMLCanvasElement, config: ChartConfig) => ChartHandle) & {
  defaults: { color: string; borderColor: string; animation: boolean; font: { family: string; size: number } };
};

/** What Chart.js draws; a grid is a table. */
type ChartFigure = Exclude<Figure, GridFigure>;

const drawn: { chart: ChartHandle; canvas: HTMLCanvasElement; figure: ChartFigure }[] = [];

/** The figure with its caption; the chart is drawn once the node is in the page. */
export function figureNode(figure: Figure): HTMLElement {
  return element('figure', { id: figure.id, class: figure.kind }, [
    element('h3', { text: figure.title }),
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
  if (figure.kind === 'intervals') return 110 + figure.points.length * 24;
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
        y: { stacked: true, grid: { display: false }, ticks: { font: { size: 11 }, callback: categoryLabel } },
      },
      plugins: legend(true),
    },
  };
}

function categoryLabel(this: { getLabelForValue(index: number): string }, index: number): string {
  return shortLabel(this.getLabelForValue(index));
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
