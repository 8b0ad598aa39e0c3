/**
 * What the server has counted since it began: sums over all sessions that it has had, and what its requests were.
 * @module
 */
import type { BatchResult } from '../serving/index.ts';
import type { EngineRequest } from './engine-loop.ts';

export interface LoopTotals {
  promptTokens: number;
  cachedTokens: number;
  generatedTokens: number;
  /** Requests ended, by reason. */
  readonly ended: Record<BatchResult['finishReason'], number>;
  engineFailures: number;
  /** Steps by their number of rows (requests in the step). */
  readonly stepsByRows: Map<number, number>;
  countStep(rows: number): void;
  countEnd(request: EngineRequest, result: BatchResult): void;
  /** Adds the counters of a session that is given up. */
  keep(counters: Readonly<Record<string, number>>): void;
  /** Counters kept so far and those of the current session: sums, and the largest of those named max... */
  with(counters: Readonly<Record<string, number>>): Readonly<Record<string, number>>;
}

export function createLoopTotals(): LoopTotals {
  let kept: Readonly<Record<string, number>> = {};
  const totals: LoopTotals = {
    promptTokens: 0,
    cachedTokens: 0,
    generatedTokens: 0,
    ended: { stop: 0, length: 0, abort: 0 },
    engineFailures: 0,
    stepsByRows: new Map(),
    countStep(rows) {
      totals.stepsByRows.set(rows, (totals.stepsByRows.get(rows) ?? 0) + 1);
    },
    countEnd(request, result) {
      totals.promptTokens += request.tokenIds.length;
      totals.cachedTokens += result.cachedTokens;
      totals.generatedTokens += result.tokenIds.length;
      totals.ended[result.finishReason]++;
    },
    keep(counters) {
      kept = totals.with(counters);
    },
    with(counters) {
      const sum: Record<string, number> = { ...kept };
      for (const [name, value] of Object.entries(counters))
        sum[name] = name.startsWith('max') ? Math.max(sum[name] ?? 0, value) : (sum[name] ?? 0) + value;
      return sum;
    },
  };
  return totals;
}
