/**
 * What could have come at a token, made from the recorded logits: the most likely tokens with their log-probabilities.
 * @module
 */
import type { LogitsBlob, RequestObservation } from '../../harness/schema/index.ts';
import { createDistribution, logSoftmax } from '../../harness/statistics/index.ts';
import type { Comparison } from '../../suites/pairing/index.ts';
import type { AlternativeDetail, PairDetail } from '../unit-index.ts';
import { rounded } from './rounded.ts';

const ALTERNATIVES = 5;

export type LoadLogits = (blob: LogitsBlob) => Float32Array;

/** null where tokens are equal, or a side has no logits there. */
export function alternativesAt(
  { pair, firstTokenDiff }: Comparison,
  loadLogits: LoadLogits,
): PairDetail['alternatives'] {
  if (firstTokenDiff === null) return null;
  const reference = mostLikely(pair.reference, firstTokenDiff, loadLogits);
  const level = mostLikely(pair.level, firstTokenDiff, loadLogits);
  return reference === null || level === null ? null : { reference, level };
}

function mostLikely(
  { generated }: RequestObservation,
  step: number,
  loadLogits: LoadLogits,
): AlternativeDetail[] | null {
  if (generated.kind !== 'blob' || step >= generated.rows) return null;
  const { cols } = generated;
  const distribution = createDistribution(cols);
  if (!logSoftmax(loadLogits(generated).subarray(step * cols, (step + 1) * cols), distribution)) return null;
  const { logProbs } = distribution;
  const best: number[] = [];
  for (let token = 0; token < cols; token++) {
    // the lower id stays before its equals
    let place = best.length;
    while (place > 0 && logProbs[best[place - 1]] < logProbs[token]) place--;
    if (place < ALTERNATIVES) best.splice(place, 0, token);
    if (best.length > ALTERNATIVES) best.pop();
  }
  return best.map((token) => ({ token: `#${token}`, logprob: rounded(logProbs[token]) }));
}
