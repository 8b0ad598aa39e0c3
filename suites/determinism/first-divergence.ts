/**
 * How far the log-probabilities of two outputs lie apart, up to and including the first token that differs.
 *
 * After the first differing token the two outputs have different contexts; nothing is compared there. Steps with equal
 * digests are equal and are not computed; blobs with equal digests are not loaded.
 * @module
 */
import type { RequestObservation, SuiteInput } from '../../harness/schema/index.ts';
import { createDistribution, logSoftmax, maxAbsLogprobDiff } from '../../harness/statistics/index.ts';
import type { Comparison } from '../pairing/index.ts';

type LoadLogits = SuiteInput['loadLogits'];

/**
 * Largest |difference| of natural-log probabilities over the whole vocabulary. Where the target gives no logits: of the
 * produced tokens alone, up to BEFORE the first token that differs (at it, two different tokens would be compared).
 *
 * @returns nats; null when neither can be had, or a row holds NaN or infinite logits
 */
export function pairLogprobDiff(comparison: Comparison, loadLogits: LoadLogits): number | null {
  const { reference, level } = comparison.pair;
  if (comparison.stepsEqual === true) return 0;
  if (reference.generated.kind === 'blob' && level.generated.kind === 'blob') {
    if (reference.generated.sha256 === level.generated.sha256) return 0;
    return fullRowsDiff(comparison, loadLogits);
  }
  return producedTokensDiff(comparison);
}

function fullRowsDiff({ pair, firstTokenDiff }: Comparison, loadLogits: LoadLogits): number | null {
  const { reference, level } = pair;
  if (reference.generated.kind !== 'blob' || level.generated.kind !== 'blob') return null;
  const vocab = reference.generated.cols;
  if (vocab !== level.generated.cols) return null;
  const shorter = Math.min(reference.generated.rows, level.generated.rows);
  const rows = firstTokenDiff === null ? shorter : Math.min(shorter, firstTokenDiff + 1);
  const steps = Array.from({ length: rows }, (_, step) => step).filter(
    (step) => reference.stepSha256[step] === undefined || reference.stepSha256[step] !== level.stepSha256[step],
  );
  if (steps.length === 0) return 0;
  const referenceLogits = loadLogits(reference.generated);
  const levelLogits = loadLogits(level.generated);
  const p = createDistribution(vocab);
  const q = createDistribution(vocab);
  let largest = 0;
  for (const step of steps) {
    const here = [step * vocab, (step + 1) * vocab] as const;
    if (!logSoftmax(referenceLogits.subarray(...here), p) || !logSoftmax(levelLogits.subarray(...here), q)) return null;
    largest = Math.max(largest, maxAbsLogprobDiff(p, q));
  }
  return Number.isFinite(largest) ? largest : null;
}

function producedTokensDiff({ pair, tokensEqual, firstTokenDiff }: Comparison): number | null {
  const { reference, level } = pair;
  const complete = hasEveryLogprob(reference) && hasEveryLogprob(level);
  if (tokensEqual === null || !complete || reference.logprobs.length === 0) return null;
  const steps = firstTokenDiff ?? reference.logprobs.length;
  let largest = 0;
  let known = 0;
  for (let step = 0; step < steps; step++) {
    const [a, b] = [reference.logprobs[step], level.logprobs[step]];
    // unavailable on a side: left out, and never taken for 0
    if (a === null || b === null) continue;
    known++;
    largest = Math.max(largest, Math.abs(a - b));
  }
  return known > 0 && Number.isFinite(largest) ? largest : null;
}

/** One entry for each produced token, available or not. */
function hasEveryLogprob({ logprobs, tokenIds, exchange }: RequestObservation): boolean {
  return logprobs.length === (tokenIds.length > 0 ? tokenIds.length : (exchange?.tokenTexts.length ?? 0));
}
