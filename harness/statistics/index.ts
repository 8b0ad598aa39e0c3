/**
 * Statistics: numbers in, numbers out. No clock, no randomness of its own, no `Math.exp` or `Math.log` (see exponential.ts).
 * @module
 */
export { betaMixtureLogE, betaMixtureLogEAbove } from './beta-mixture.ts';
export { binomialTest, logBinomialLowerTail, logBinomialUpperTail, type TestPValues } from './binomial.ts';
export {
  bootstrapInterval,
  bootstrapReplicates,
  drawResamples,
  percentileInterval,
  type ClusterStatistic,
  type Resamples,
} from './bootstrap.ts';
export { eBenjaminiHochberg, logMeanEValue } from './e-values.ts';
export { exp, log, logOneMinusExp, logOnePlus, oneMinusExp } from './exponential.ts';
export { hedgedCapital } from './hedged-capital.ts';
export { incompleteBeta, incompleteBetaInverse, incompleteBetaLogTails } from './incomplete-beta.ts';
export { logBinomialTerm, logChoose } from './log-binomial.ts';
export { logBeta, logGamma } from './log-gamma.ts';
export {
  createDistribution,
  klNats,
  largestIndex,
  logSoftmax,
  maxAbsLogprobDiff,
  type Distribution,
} from './log-softmax.ts';
export { mcNemarExact } from './mcnemar.ts';
export { adjustPValues, type MultiplicityMethod } from './multiplicity.ts';
export { normalCdf, normalQuantile } from './normal.ts';
export { independentPermutationTest, pairedPermutationTest, type Draws, type PermutationTest } from './permutation.ts';
export { miettinenNurminen, newcombe, scoreZ, type TwoProportions } from './proportion-difference.ts';
export { agrestiCoull, jeffreys, wilson } from './proportion-intervals.ts';
export {
  clopperPearson,
  clopperPearsonHigh,
  clopperPearsonLow,
  trialsForZeroFailures,
  type Interval,
} from './proportion.ts';
export { ascending, mean, quantileOfSorted } from './quantile.ts';
export { sprt, sprtBounds, sprtLogRatio, type SprtDecision } from './sprt.ts';
