/**
 * Noise beyond equality: by how much do repeated outputs move in length and in their mean log-probability, of the head (B) from the base
 * (A) and of the base from itself?
 *
 * Equality saturates: of a target that never gives the same output twice, every output differs from every other, and a change of model shows
 * in no count of differences. Sizes still show it. Of each repeated request the base's first output is held against its own later ones
 * (A/A) and the head's later ones (B/A), by |difference|, mean over the repeats. When head and base answer alike, the later outputs are
 * exchangeable within a request, so that the sign of B/A - A/A is a fair coin: the paired permutation test is exact.
 * @module
 */
import type { Estimate, NoiseMeasure, OutputMeasures, Rng } from '../../schema/index.ts';
import { bootstrapInterval, drawResamples, mean } from '../../statistics/index.ts';
import { meanAt, pairedDifference } from './paired.ts';
import type { Repeated } from './repeats.ts';

const CONFIDENCE = 0.95;
const REPLICATES = 1999;

/** What is compared, for each output that has it. */
const MEASURES: readonly {
  readonly metric: NoiseMeasure['metric'];
  readonly of: (one: OutputMeasures) => number | null;
}[] = [
  { metric: 'meanLogprob', of: ({ logprobMean }) => logprobMean },
  { metric: 'outputTokens', of: ({ tokens }) => tokens },
];

/** One entry for each measure that some request has on both sides; empty where a baseline was saved without them. */
export function noiseMeasures(repeated: readonly Repeated[], rng: Rng): NoiseMeasure[] {
  return MEASURES.flatMap(({ metric, of }) => {
    const requests = repeated.flatMap((one) => {
      const known = (outputs: Repeated['base']): number[] | null => {
        const values = outputs.map(({ measures }) => (measures === undefined ? null : of(measures)));
        return values.every((value) => value !== null) ? values : null;
      };
      const [first] = known([one.first]) ?? [];
      const [base, head] = [known(one.base), known(one.head)];
      if (first === undefined || base === null || head === null) return [];
      const distance = (values: readonly number[]): number => mean(values.map((value) => Math.abs(value - first)));
      return [{ id: one.id, own: distance(base), cross: distance(head) }];
    });
    return requests.length === 0 ? [] : [measureOf(metric, requests, rng.fork(`noise/${metric}`))];
  });
}

interface Distances {
  readonly id: string;
  readonly own: number;
  readonly cross: number;
}

function measureOf(metric: NoiseMeasure['metric'], requests: readonly Distances[], rng: Rng): NoiseMeasure {
  const side = (of: (one: Distances) => number) => ({
    // any effect whose value is no share: its interval is that of the resamples
    metric: 'klNatsMean' as const,
    cases: Object.fromEntries(requests.map((one) => [one.id, [of(one), 1] as [number, number]])),
  });
  const { difference, pValue } = pairedDifference(
    side(({ own }) => own),
    side(({ cross }) => cross),
    rng,
  );
  const estimate = (label: string, of: (one: Distances) => number): Estimate =>
    meanEstimate(requests.map(of), rng.fork(label));
  return {
    metric,
    requests: requests.length,
    own: estimate('own', ({ own }) => own),
    cross: estimate('cross', ({ cross }) => cross),
    excess: difference,
    pValue,
  };
}

function meanEstimate(values: readonly number[], rng: Rng): Estimate {
  const n = values.length;
  const value = mean(values);
  if (n < 2) return { kind: 'measured', value, low: null, high: null, n };
  // every resample of equal values is the same: as a rule all distances are zero
  if (values.every((one) => one === values[0])) return { kind: 'measured', value, low: value, high: value, n };
  const interval = bootstrapInterval({
    resamples: drawResamples({ count: n, replicates: REPLICATES, next: () => rng.next() }),
    statistic: (indices) => meanAt(values, indices),
    confidence: CONFIDENCE,
  });
  return { kind: 'measured', value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}
