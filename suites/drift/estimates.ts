/**
 * Estimates of a drift row from the measures of its pairs: point values over all positions, 95 % intervals over cases.
 *
 * Positions of one case are not independent, so cases are resampled (BCa bootstrap) and `n` counts cases. One case gives no
 * interval. All estimates of a row use the same resamples.
 * @module
 */
import type { DriftRow, Estimate } from '../../harness/schema/index.ts';
import { KL_BANDS } from '../../harness/schema/index.ts';
import {
  ascending,
  bootstrapInterval,
  clopperPearson,
  drawResamples,
  exp,
  quantileOfSorted,
  type Interval,
  type Resamples,
} from '../../harness/statistics/index.ts';
import { CONFIDENCE } from '../pairing/index.ts';
import type { NotComparable, PositionMeasures } from './positions.ts';

const REPLICATES = 1999;
const FIGURE_POINTS_MAX = 64;

export type DriftEstimates = Pick<
  DriftRow,
  | 'positions'
  | 'klNatsMean'
  | 'klNatsMax'
  | 'klNatsQuantiles'
  | 'sameTopShare'
  | 'maxAbsLogprobDiff'
  | 'rmsLogprobDiff'
  | 'meanLogprobDiff'
  | 'perplexityRatio'
  | 'band'
  | 'klNatsByPosition'
>;

/** A row in which nothing could be compared. */
export function nothingCompared(reason: NotComparable): DriftEstimates {
  return {
    positions: 0,
    klNatsMean: reason,
    klNatsMax: reason,
    klNatsQuantiles: null,
    sameTopShare: reason,
    maxAbsLogprobDiff: reason,
    rmsLogprobDiff: reason,
    meanLogprobDiff: reason,
    perplexityRatio: reason,
    band: 'not measured',
    klNatsByPosition: [],
  };
}

/** @param next - uniform in [0, 1), for the resamples */
export function estimatesOf(measures: readonly PositionMeasures[], next: () => number): DriftEstimates {
  const kl = measures.flatMap(({ klNats }) => Array.from(klNats));
  const broken = measures.reduce((total, { brokenPositions }) => total + brokenPositions, 0);
  const reason = brokenReason(kl, broken);
  if (reason !== null) return { ...nothingCompared(reason), positions: kl.length };

  const cases = casesOf(measures);
  const resamples = drawResamples({ count: cases.length, replicates: REPLICATES, next });
  const klNatsMean = ratioEstimate(cases, resamples, 'klSum', 'positions');
  const sorted = ascending(kl);
  return {
    positions: kl.length,
    klNatsMean,
    klNatsMax: point(sorted[sorted.length - 1], cases.length),
    klNatsQuantiles: {
      p50: quantileOfSorted(sorted, 0.5),
      p90: quantileOfSorted(sorted, 0.9),
      p99: quantileOfSorted(sorted, 0.99),
    },
    sameTopShare: shareEstimate(cases, resamples),
    maxAbsLogprobDiff: maxDiffEstimate(measures, cases.length),
    ...nextTokenEstimates(cases, resamples),
    band: bandOf(klNatsMean),
    klNatsByPosition: klByRelativePosition(measures),
  };
}

/** The sums of one case over all its positions: what the bootstrap resamples. */
interface CaseSums {
  readonly caseId: string;
  positions: number;
  klSum: number;
  sameTop: number;
  nextTokens: number;
  nextTokenDiffSum: number;
  nextTokenDiffSquares: number;
}

function casesOf(measures: readonly PositionMeasures[]): CaseSums[] {
  const cases = new Map<string, CaseSums>();
  for (const one of measures) {
    const sums = cases.get(one.caseId) ?? emptyCase(one.caseId);
    cases.set(one.caseId, sums);
    sums.positions += one.klNats.length;
    sums.sameTop += one.sameTop;
    sums.nextTokens += one.nextTokenDiffs.length;
    for (const kl of one.klNats) sums.klSum += kl;
    for (const diff of one.nextTokenDiffs) {
      sums.nextTokenDiffSum += diff;
      sums.nextTokenDiffSquares += diff * diff;
    }
  }
  return [...cases.values()];
}

function emptyCase(caseId: string): CaseSums {
  return {
    caseId,
    positions: 0,
    klSum: 0,
    sameTop: 0,
    nextTokens: 0,
    nextTokenDiffSum: 0,
    nextTokenDiffSquares: 0,
  };
}

type SumName = Exclude<keyof CaseSums, 'caseId'>;

/** Sum over sum: a mean over positions in which a case weighs as many as it has. */
function ratio(cases: readonly CaseSums[], indices: ArrayLike<number>, above: SumName, below: SumName): number {
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < indices.length; i++) {
    const one = cases[indices[i]];
    numerator += one[above];
    denominator += one[below];
  }
  return denominator === 0 ? 0 : numerator / denominator;
}

function ratioEstimate(
  cases: readonly CaseSums[],
  resamples: Resamples,
  above: SumName,
  below: SumName,
  transform: (value: number) => number = (value) => value,
): Estimate & { kind: 'measured' } {
  const statistic = (indices: ArrayLike<number>): number => transform(ratio(cases, indices, above, below));
  const everything = cases.map((_, i) => i);
  const interval = bootstrapInterval({ resamples, statistic, confidence: CONFIDENCE });
  return withInterval(statistic(everything), interval, cases.length);
}

/**
 * The bootstrap of a share that is 1 (or 0) in every case has no width, whatever the number of positions. The exact interval
 * over positions has one; the wider end of both is taken.
 */
function shareEstimate(cases: readonly CaseSums[], resamples: Resamples): Estimate {
  const byCase = ratioEstimate(cases, resamples, 'sameTop', 'positions');
  if (byCase.low === null || byCase.high === null) return byCase;
  const byPosition = clopperPearson({
    successes: cases.reduce((total, { sameTop }) => total + sameTop, 0),
    trials: cases.reduce((total, { positions }) => total + positions, 0),
    confidence: CONFIDENCE,
  });
  return { ...byCase, low: Math.min(byCase.low, byPosition.low), high: Math.max(byCase.high, byPosition.high) };
}

function nextTokenEstimates(
  cases: readonly CaseSums[],
  resamples: Resamples,
): Pick<DriftEstimates, 'rmsLogprobDiff' | 'meanLogprobDiff' | 'perplexityRatio'> {
  const tokens = cases.reduce((total, { nextTokens }) => total + nextTokens, 0);
  const finite = cases.every(({ nextTokenDiffSquares }) => Number.isFinite(nextTokenDiffSquares));
  if (tokens === 0 || !finite) {
    const why = finite ? 'no position has a known next token' : 'a next token has probability 0 on one side';
    const reason: NotComparable = { kind: 'not-measured', why };
    return { rmsLogprobDiff: reason, meanLogprobDiff: reason, perplexityRatio: reason };
  }
  const estimate = (above: SumName, transform?: (value: number) => number): Estimate =>
    ratioEstimate(cases, resamples, above, 'nextTokens', transform);
  return {
    rmsLogprobDiff: estimate('nextTokenDiffSquares', Math.sqrt),
    meanLogprobDiff: estimate('nextTokenDiffSum'),
    // loss = -log-probability, so the mean loss rises by what the mean log-probability falls.
    perplexityRatio: estimate('nextTokenDiffSum', (diff) => exp(-diff)),
  };
}

function maxDiffEstimate(measures: readonly PositionMeasures[], cases: number): Estimate {
  const value = measures.reduce((largest, one) => Math.max(largest, one.maxAbsLogprobDiff), 0);
  if (Number.isFinite(value)) return point(value, cases);
  return { kind: 'not-measured', why: 'a token is masked on one side only: the difference is infinite' };
}

/** Mean KL of up to 64 equal parts of the positions, first to last. */
function klByRelativePosition(measures: readonly PositionMeasures[]): number[] {
  const longest = measures.reduce((most, { klNats }) => Math.max(most, klNats.length), 0);
  const points = Math.min(FIGURE_POINTS_MAX, longest);
  const sums = new Float64Array(points);
  const counts = new Uint32Array(points);
  for (const { klNats } of measures) {
    for (let position = 0; position < klNats.length; position++) {
      const part = Math.floor((position * points) / klNats.length);
      sums[part] += klNats[position];
      counts[part] += 1;
    }
  }
  return Array.from(sums, (sum, part) => (counts[part] > 0 ? sum / counts[part] : 0));
}

/** A mean over the rest would hide exactly the positions that matter. */
function brokenReason(kl: readonly number[], broken: number): NotComparable | null {
  if (broken > 0) return { kind: 'not-measured', why: `${broken} positions have NaN or infinite logits` };
  if (kl.length === 0) return { kind: 'not-measured', why: 'no positions were scored' };
  const infinite = kl.filter((value) => !Number.isFinite(value)).length;
  if (infinite === 0) return null;
  return {
    kind: 'not-measured',
    why: `KL is infinite at ${infinite} of ${kl.length} positions: the level excludes a token that the reference can produce`,
  };
}

function bandOf(klNatsMean: Estimate & { kind: 'measured' }): string {
  return KL_BANDS.find(({ maxNats }) => klNatsMean.value <= maxNats)?.name ?? 'not measured';
}

function withInterval(value: number, interval: Interval | null, n: number): Estimate & { kind: 'measured' } {
  return { kind: 'measured', value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}

const point = (value: number, n: number): Estimate => withInterval(value, null, n);
