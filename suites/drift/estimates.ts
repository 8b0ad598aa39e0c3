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
  bootstrapInterval,
  clopperPearson,
  drawResamples,
  exp,
  type Interval,
  type Resamples,
} from '../../harness/statistics/index.ts';
import { CONFIDENCE } from '../pairing/index.ts';
import type { CaseSums, DriftSums } from './drift-sums.ts';
import type { NotComparable } from './positions.ts';

const REPLICATES = 1999;

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
  | 'byCase'
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
    byCase: [],
  };
}

/** @param next - uniform in [0, 1), for the resamples */
export function estimatesOf(sums: DriftSums, next: () => number): DriftEstimates {
  const reason = brokenReason(sums);
  if (reason !== null) return { ...nothingCompared(reason), positions: sums.positions };

  const cases = sums.clusters();
  const resampled: Resampled = {
    cases,
    n: sums.cases,
    resamples: drawResamples({ count: cases.length, replicates: REPLICATES, next }),
  };
  const klNatsMean = ratioEstimate(resampled, 'klSum', 'positions');
  const { quantiles, largest } = sums.klQuantiles([0.5, 0.9, 0.99]);
  return {
    positions: sums.positions,
    klNatsMean,
    klNatsMax: point(largest, sums.cases),
    klNatsQuantiles: { p50: quantiles[0], p90: quantiles[1], p99: quantiles[2] },
    sameTopShare: shareEstimate(resampled),
    maxAbsLogprobDiff: maxDiffEstimate(sums),
    ...nextTokenEstimates(resampled),
    band: bandOf(klNatsMean),
    klNatsByPosition: sums.klByRelativePosition(),
    byCase: sums.byCase(),
  };
}

/** A row of which only the log-probabilities of single tokens are known. @param noDistribution - why there is no KL */
export function scoreEstimatesOf(
  sums: DriftSums,
  { next, noDistribution }: { readonly next: () => number; readonly noDistribution: NotComparable },
): DriftEstimates {
  const cases = sums.clusters();
  const resamples = drawResamples({ count: cases.length, replicates: REPLICATES, next });
  return {
    ...nothingCompared(noDistribution),
    positions: cases.reduce((total, { nextTokens }) => total + nextTokens, 0),
    maxAbsLogprobDiff: maxDiffEstimate(sums),
    ...nextTokenEstimates({ cases, n: sums.cases, resamples }),
  };
}

/** Clusters of whole cases, how many cases they are, and the resamples that all estimates of a row use. */
interface Resampled {
  readonly cases: readonly CaseSums[];
  readonly n: number;
  readonly resamples: Resamples;
}

type SumName = keyof CaseSums;

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
  { cases, n, resamples }: Resampled,
  above: SumName,
  below: SumName,
  transform: (value: number) => number = (value) => value,
): Estimate & { kind: 'measured' } {
  const statistic = (indices: ArrayLike<number>): number => transform(ratio(cases, indices, above, below));
  const everything = cases.map((_, i) => i);
  const interval = bootstrapInterval({ resamples, statistic, confidence: CONFIDENCE });
  return withInterval(statistic(everything), interval, n);
}

/**
 * The bootstrap of a share that is 1 (or 0) in every case has no width, whatever the number of positions. The exact interval
 * over positions has one; the wider end of both is taken.
 */
function shareEstimate(resampled: Resampled): Estimate {
  const { cases } = resampled;
  const byCase = ratioEstimate(resampled, 'sameTop', 'positions');
  if (byCase.low === null || byCase.high === null) return byCase;
  const byPosition = clopperPearson({
    successes: cases.reduce((total, { sameTop }) => total + sameTop, 0),
    trials: cases.reduce((total, { positions }) => total + positions, 0),
    confidence: CONFIDENCE,
  });
  return { ...byCase, low: Math.min(byCase.low, byPosition.low), high: Math.max(byCase.high, byPosition.high) };
}

function nextTokenEstimates(
  resampled: Resampled,
): Pick<DriftEstimates, 'rmsLogprobDiff' | 'meanLogprobDiff' | 'perplexityRatio'> {
  const { cases } = resampled;
  const tokens = cases.reduce((total, { nextTokens }) => total + nextTokens, 0);
  const finite = cases.every(({ nextTokenDiffSquares }) => Number.isFinite(nextTokenDiffSquares));
  if (tokens === 0 || !finite) {
    const why = finite ? 'no position has a known next token' : 'a next token has probability 0 on one side';
    const reason: NotComparable = { kind: 'not-measured', why };
    return { rmsLogprobDiff: reason, meanLogprobDiff: reason, perplexityRatio: reason };
  }
  const estimate = (above: SumName, transform?: (value: number) => number): Estimate =>
    ratioEstimate(resampled, above, 'nextTokens', transform);
  return {
    rmsLogprobDiff: estimate('nextTokenDiffSquares', Math.sqrt),
    meanLogprobDiff: estimate('nextTokenDiffSum'),
    // loss = -log-probability, so the mean loss rises by what the mean log-probability falls.
    perplexityRatio: estimate('nextTokenDiffSum', (diff) => exp(-diff)),
  };
}

function maxDiffEstimate({ maxAbsLogprobDiff, cases }: DriftSums): Estimate {
  if (Number.isFinite(maxAbsLogprobDiff)) return point(maxAbsLogprobDiff, cases);
  return { kind: 'not-measured', why: 'a token is masked on one side only: the difference is infinite' };
}

/** A mean over the rest would hide exactly the positions that matter. */
function brokenReason({ positions, brokenPositions, infinitePositions }: DriftSums): NotComparable | null {
  if (brokenPositions > 0)
    return { kind: 'not-measured', why: `${brokenPositions} positions have NaN or infinite logits` };
  if (positions === 0) return { kind: 'not-measured', why: 'no positions were scored' };
  if (infinitePositions === 0) return null;
  return {
    kind: 'not-measured',
    why: `KL is infinite at ${infinitePositions} of ${positions} positions: the level excludes a token that the reference can produce`,
  };
}

function bandOf(klNatsMean: Estimate & { kind: 'measured' }): string {
  return KL_BANDS.find(({ maxNats }) => klNatsMean.value <= maxNats)?.name ?? 'not measured';
}

function withInterval(value: number, interval: Interval | null, n: number): Estimate & { kind: 'measured' } {
  return { kind: 'measured', value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}

const point = (value: number, n: number): Estimate => withInterval(value, null, n);
