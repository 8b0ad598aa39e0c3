/**
 * Outputs against noise: is another result (B) further from the base (A) than the base is from itself?
 *
 * Of each repeated request the base's first output is compared with its own later ones (A/A) and with the head's later ones (B/A).
 * When head and base answer alike, the two are exchangeable within a request, so that the difference of the two rates has a sign
 * that is a fair coin: the paired permutation test is exact. Retries and cached answers are no repeats: they never reach a level.
 * @module
 */
import type { NoiseComparison, OutputDigests, Rng } from '../../schema/index.ts';
import { clopperPearson } from '../../statistics/index.ts';
import { pairedDifference } from './paired.ts';
import type { Repeated } from './repeats.ts';

const CONFIDENCE = 0.95;

/** One entry for each of bits, tokens and text that both sides have; empty without repeats on both sides. */
export function noiseComparisons(repeated: readonly Repeated[], rng: Rng): NoiseComparison[] {
  return (['bits', 'tokens', 'text'] as const).flatMap((metric) => {
    const usable = repeated.filter((one) =>
      [one.first, ...one.base, ...one.head].every((output) => output[metric] !== null),
    );
    return usable.length === 0 ? [] : [comparisonOf(metric, usable, rng.fork(`noise/${metric}`))];
  });
}

function comparisonOf(metric: NoiseComparison['metric'], repeated: readonly Repeated[], rng: Rng): NoiseComparison {
  const differing = (first: OutputDigests, others: readonly OutputDigests[]): number =>
    others.filter((other) => other[metric] !== first[metric]).length;
  const own = repeated.map(({ first, base }): [number, number] => [differing(first, base), base.length]);
  const cross = repeated.map(({ first, head }): [number, number] => [differing(first, head), head.length]);
  const effect = (counts: readonly (readonly [number, number])[]) => ({
    metric: 'tokensDifferShare' as const,
    cases: Object.fromEntries(counts.map(([k, n], i) => [repeated[i].id, [k, n] as [number, number]])),
  });
  const { difference, pValue } = pairedDifference(effect(own), effect(cross), rng);
  return { metric, requests: repeated.length, own: rateOf(own), cross: rateOf(cross), excess: difference, pValue };
}

function rateOf(counts: readonly (readonly [number, number])[]): NoiseComparison['own'] {
  const successes = counts.reduce((total, [k]) => total + k, 0);
  const trials = counts.reduce((total, [, n]) => total + n, 0);
  const interval = clopperPearson({ successes, trials, confidence: CONFIDENCE });
  return { kind: 'measured', value: successes / trials, ...interval, n: trials };
}
