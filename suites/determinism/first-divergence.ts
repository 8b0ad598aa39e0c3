/**
 * How far the log-probabilities of two outputs lie apart, up to and including the first token that differs.
 *
 * After the first differing token the two outputs have different contexts; nothing is compared there. Steps with equal
 * digests are equal and are not computed; blobs with equal digests are not loaded.
 * @module
 */
import type { SuiteInput } from '../../harness/schema/index.ts';
import { createDistribution, logSoftmax, maxAbsLogprobDiff } from '../../harness/statistics/index.ts';
import { chosenLogprobs, type Comparison } from '../pairing/index.ts';

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

function producedTokensDiff(comparison: Comparison): number | null {
  const differences = chosenLogprobs(comparison)?.differences ?? [];
  const largest = differences.reduce((most, difference) => Math.max(most, Math.abs(difference)), 0);
  return differences.length > 0 && Number.isFinite(largest) ? largest : null;
}
