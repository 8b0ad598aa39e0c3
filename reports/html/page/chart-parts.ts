/**
 * What the charts share: colours from the style sheet, axes, legends.
 * @module
 */
import type { SeriesRole } from '../../view.ts';

export type ChartConfig = Readonly<Record<string, unknown>>;

export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function roleColour(role: SeriesRole, index: number): string {
  if (role !== 'plain') return colour(`--series-${role}`);
  return colour(`--line-${index % 6}`);
}

export const common = { responsive: true, maintainAspectRatio: false };
/** Chart.js gives labels half of the width and cuts the rest off at the left, where a name begins. */
const LABEL_MAX = 40;

/** A label of a category axis that keeps its beginning and its end; the tooltip has it whole. */
export function shortLabel(text: string): string {
  if (text.length <= LABEL_MAX) return text;
  const end = Math.floor(LABEL_MAX / 3);
  return `${text.slice(0, LABEL_MAX - end - 1)}…${text.slice(-end)}`;
}

export const axisTitle = (text: string): object => ({ display: text !== '', text });
export const legend = (display: boolean): object => ({
  legend: { display, position: 'bottom', labels: { boxWidth: 12 } },
});

/** What an axis has to hold; a logarithmic one has room at the left for what is zero. */
export function rangeOf(scale: 'logarithmic' | 'linear', values: readonly number[]): readonly [number, number] {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const smallest = values.reduce((least, value) => Math.min(least, value), 0);
  if (scale === 'linear') {
    const room = (largest - smallest) * 0.05;
    // a share ends at one
    const end = largest <= 1 ? Math.min(1, largest + room) : largest + room;
    return largest === smallest ? [0, 1] : [smallest === 0 ? 0 : smallest - room, end];
  }
  const positive = values.filter((value) => value > 0);
  const left = positive.length < values.length ? 4 : 1.25;
  return positive.length === 0 ? [1e-6, 1] : [Math.min(...positive) / left, largest * (left === 4 ? 2 : 1.25)];
}
