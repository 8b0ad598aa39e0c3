/**
 * Values, runs and places of a history in words, the same in every format.
 * @module
 */
import type { Estimate } from '../../harness/schema/index.ts';
import { duration, percent, small } from '../number-format.ts';
import type { Status } from '../view.ts';
import { statusOf } from '../view-model/index.ts';
import type { Bound, HistorySeries, RunEntry } from './history.ts';

const COMMIT_DIGITS = 10;

export function valueText(value: number, unit: string): string {
  if (unit === 'share') return percent(value);
  if (unit === 'ms') return value < 100 ? `${small(value)} ms` : duration(value);
  return unit === 'nats' || unit === 'ratio' || unit === '' ? small(value) : `${small(value)} ${unit}`;
}

export function estimateText(estimate: Estimate, unit: string): string {
  if (estimate.kind !== 'measured') return estimate.kind === 'unsupported' ? 'not supported' : 'not measured';
  return valueText(estimate.value, unit);
}

/** `2.1e-3 to 4.4e-3`; a bound on one side is `at most 11.7 %`; empty without an interval. */
export function intervalText(estimate: Estimate, unit: string): string {
  if (estimate.kind !== 'measured') return '';
  const { low, high } = estimate;
  if (low !== null && high !== null && !(unit === 'share' && low === 0))
    return `${valueText(low, unit)} to ${valueText(high, unit)}`;
  return high === null ? '' : `at most ${valueText(high, unit)}`;
}

export function boundText(bound: Bound | null, unit: string): string {
  return bound === null ? '' : `${bound.kind === 'max' ? '≤' : '≥'} ${valueText(bound.value, unit)}`;
}

export function placeText({ axis, level }: Pick<HistorySeries, 'axis' | 'level'>): string {
  return `${axis} · ${level}`;
}

/** `3fa2b1c9d0`, with a star where files differed from it. */
export function commitText({ commit, dirty }: RunEntry): string {
  return commit === null ? '–' : `${commit.slice(0, COMMIT_DIGITS)}${dirty ? '*' : ''}`;
}

export function timeText({ createdAt }: RunEntry): string {
  return createdAt === null ? '–' : createdAt.slice(0, 16).replace('T', ' ');
}

export function linkText({ link, why, partial }: RunEntry): string {
  if (why !== null) return why;
  if (partial !== null) return `partial: ${partial}; its points stand alone`;
  switch (link.kind) {
    case 'first':
      return '';
    case 'same':
      return 'same plan, same target';
    case 'target-changed':
      return link.why;
    case 'not-comparable':
      return `not comparable with the run before: ${link.why}`;
  }
}

export function outcomeStatus({ outcome }: RunEntry): Status {
  switch (outcome) {
    case 'not-judged':
      return { ...statusOf('not-run'), word: 'NOT JUDGED' };
    case 'unusable':
      return { ...statusOf('not-run'), word: 'NO DATA' };
    default:
      return statusOf(outcome);
  }
}

/** The last point: what a reader compares with. */
export function lastMeasured({ points }: HistorySeries): HistorySeries['points'][number] | null {
  return points.findLast(({ estimate }) => estimate.kind === 'measured') ?? null;
}
