/**
 * How often repeats of one prompt agree.
 *
 *   TARr@N    share of prompts whose N raw outputs are all identical; TARa@N is the same on parsed answers
 *   pairwise  mean over prompts of sum c (c - 1)/(N (N - 1)), c the counts of equal outputs: unbiased in N
 *
 * Agreement of all N falls with N: compare equal N only, and show the pairwise agreement beside it.
 * Source: leakage-and-statistics.md 6.7; arXiv 2408.04667.
 * @module
 */
import { wilson } from './proportion-intervals.ts';
import type { Interval } from './proportion.ts';
import { mean } from './quantile.ts';

export interface RepeatAgreement {
  /** N, the same for every prompt. */
  readonly repeats: number;
  readonly prompts: number;
  /** Prompts whose repeats are all identical. */
  readonly allEqual: number;
  /** TARr@N or TARa@N */
  readonly totalAgreement: number;
  /** Wilson, over prompts. */
  readonly interval: Interval;
  readonly pairwiseAgreement: number;
}

/**
 * @param outputs - [prompts][N] outputs, or their hashes or parsed answers; equal means `===`
 * @throws RangeError when there are no prompts, N < 2 or N differs among prompts
 */
export function repeatAgreement(
  outputs: readonly (readonly (string | number)[])[],
  confidence: number,
): RepeatAgreement {
  const repeats = outputs[0]?.length ?? 0;
  if (repeats < 2 || outputs.some((one) => one.length !== repeats)) {
    throw new RangeError(
      `repeatAgreement: expected the same number of repeats >= 2 for every prompt, got ${outputs.map((one) => one.length).join(', ')}`,
    );
  }
  const pairwise = outputs.map((one) => pairwiseAgreement(one));
  const allEqual = outputs.filter((one) => one.every((output) => output === one[0])).length;
  return {
    repeats,
    prompts: outputs.length,
    allEqual,
    totalAgreement: allEqual / outputs.length,
    interval: wilson({ successes: allEqual, trials: outputs.length, confidence }),
    pairwiseAgreement: mean(pairwise),
  };
}

/** Share of the pairs of one prompt's repeats that are equal. */
function pairwiseAgreement(outputs: readonly (string | number)[]): number {
  const counts = new Map<string | number, number>();
  for (const output of outputs) counts.set(output, (counts.get(output) ?? 0) + 1);
  let pairs = 0;
  for (const count of counts.values()) pairs += count * (count - 1);
  return pairs / (outputs.length * (outputs.length - 1));
}
