/**
 * Statistics: numbers in, numbers out. No clock, no randomness of its own, no `Math.exp` or `Math.log` (see exponential.ts).
 * @module
 */
export {
  bootstrapInterval,
  bootstrapReplicates,
  drawResamples,
  percentileInterval,
  type ClusterStatistic,
  type Resamples,
} from './bootstrap.ts';
export { exp, log, oneMinusExp } from './exponential.ts';
export { incompleteBeta, incompleteBetaInverse } from './incomplete-beta.ts';
export {
  createDistribution,
  klNats,
  largestIndex,
  logSoftmax,
  maxAbsLogprobDiff,
  type Distribution,
} from './log-softmax.ts';
export { normalCdf, normalQuantile } from './normal.ts';
export {
  clopperPearson,
  clopperPearsonHigh,
  clopperPearsonLow,
  trialsForZeroFailures,
  type Interval,
} from './proportion.ts';
export { ascending, mean, quantileOfSorted } from './quantile.ts';
