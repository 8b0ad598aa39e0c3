/**
 * Statistics: numbers in, numbers out. No clock, no randomness of its own, no `Math.exp` or `Math.log` (see exponential.ts).
 *
 * Which function follows which formula, and how far it is from its golden file: docs/statistics.md.
 * @module
 */
export { andersonDarling } from './anderson-darling.ts';
export { arctangent, proportionAngle } from './arctangent.ts';
export { betaMixtureLogE, betaMixtureLogEAbove } from './beta-mixture.ts';
export { binomialTest, logBinomialLowerTail, logBinomialUpperTail, type TestPValues } from './binomial.ts';
export {
  basicInterval,
  bootstrapInterval,
  bootstrapReplicates,
  bootstrapStandardError,
  clusteredMean,
  drawResamples,
  percentileInterval,
  type ClusterStatistic,
  type Resamples,
} from './bootstrap.ts';
export { chiSquareIndependence, fisherExact, type Table2x2 } from './contingency.ts';
export { kendallTauB, pearson, spearman, type Correlation } from './correlation.ts';
export { cramerVonMises, type CramerVonMises } from './cramer-von-mises.ts';
export {
  entropyBits,
  hellinger,
  jensenShannonDistance,
  klDivergenceNats,
  totalVariation,
} from './discrete-distances.ts';
export { eBenjaminiHochberg, logMeanEValue } from './e-values.ts';
export { exp, log, logOneMinusExp, logOnePlus, oneMinusExp } from './exponential.ts';
export { factorialAnova, type FactorialAnova, type FactorialObservation } from './factorial-anova.ts';
export { cellMeans, factorialEffects, shapleyIntervals, type FactorialEffects } from './factorial-effects.ts';
export { hedgedCapital } from './hedged-capital.ts';
export { incompleteBeta, incompleteBetaInverse, incompleteBetaLogTails } from './incomplete-beta.ts';
export { chiSquareUpperTail, incompleteGammaUpper } from './incomplete-gamma.ts';
export {
  kolmogorovSmirnov,
  logKolmogorovSmirnovOneSidedApproximation,
  type Alternative,
  type KolmogorovSmirnov,
} from './kolmogorov-smirnov.ts';
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
export { aucOf, mannWhitney, type MannWhitney } from './mann-whitney.ts';
export { mcNemarExact } from './mcnemar.ts';
export {
  pairedDifference,
  pooledDifference,
  sampleVariance,
  tInterval,
  tTest,
  welchDifference,
  type MeanDifference,
} from './mean-difference.ts';
export {
  countDistances,
  hammingKernel,
  mmdUnbiased,
  modelEqualityTest,
  poolCompletions,
  spectrumKernel,
  type CompletionSample,
  type PooledCompletions,
} from './model-equality.ts';
export { adjustPValues, type MultiplicityMethod } from './multiplicity.ts';
export { noncentralTCdf } from './noncentral-t.ts';
export { logNormalUpperTail, normalCdf, normalQuantile, normalUpperTail } from './normal.ts';
export { independentPermutationTest, pairedPermutationTest, type Draws, type PermutationTest } from './permutation.ts';
export {
  aucEquivalenceSampleSize,
  cohenH,
  detectionProbability,
  proportionsSampleSize,
  tTestSampleSize,
  zTestSampleSize,
} from './power.ts';
export { miettinenNurminen, newcombe, scoreZ, waldZ, type TwoProportions } from './proportion-difference.ts';
export { agrestiCoull, jeffreys, wilson } from './proportion-intervals.ts';
export {
  clopperPearson,
  clopperPearsonHigh,
  clopperPearsonLow,
  trialsForHalfWidth,
  trialsForZeroFailures,
  type Interval,
} from './proportion.ts';
export { medianInterval, theilSenSlope } from './median.ts';
export { createMagnitudes, type Magnitudes } from './magnitudes.ts';
export { ascending, mean, quantileOfSorted } from './quantile.ts';
export { rank } from './ranks.ts';
export { repeatAgreement, type RepeatAgreement } from './repeat-agreement.ts';
export { permutationPValue, permutationsNeeded, stratifiedPermutations } from './resampling-p.ts';
export {
  auc,
  balancedAccuracyMax,
  delongInterval,
  delongVariance,
  fprAtTpr,
  hanleyMcNeilError,
  rocCurve,
  tprAtFpr,
  type RocPoint,
} from './roc.ts';
export { energyDistance, wasserstein1 } from './sample-distances.ts';
export { sprt, sprtBounds, sprtLogRatio, type SprtDecision } from './sprt.ts';
export { fUpperTail, studentTTwoSided, studentTUpperQuantile, studentTUpperTail } from './student-t.ts';
export { tostAuc, tostMean, tostProportions, type Equivalence, type EquivalenceBounds } from './tost.ts';
export { wilcoxonSignedRank, type WilcoxonTest } from './wilcoxon.ts';
