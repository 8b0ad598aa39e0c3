import { describe, it } from 'vitest';
import {
  countDistances,
  hammingKernel,
  mmdUnbiased,
  permutationPValue,
  poolCompletions,
  spectrumKernel,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface EqualityCase {
  readonly input: {
    readonly prompts1: readonly number[];
    readonly completions1: readonly string[];
    readonly prompts2: readonly number[];
    readonly completions2: readonly string[];
    readonly L: number;
    readonly permutations: readonly (readonly number[])[];
  };
  readonly expected: {
    readonly mmd_hamming: number;
    readonly mmd_kspectrum_k5_cum: number;
    readonly L1: number;
    readonly L2: number;
    readonly chi2: number;
    readonly perm_stats_mmd_hamming: readonly number[];
    readonly p_valid_plus1: number;
  };
}

const FILE = 'leakage/model_equality.json';
const golden = readGolden<EqualityCase>(FILE);
const compare = compareWith(FILE);
/** The oracle computes L1, L2 and chi2 in float32. */
const FLOAT32 = 1e-6;

describe('model equality statistics against model-equality-testing', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'gives the statistics and the valid p-value of case $index',
    ({ input, expected }) => {
      const pooled = poolCompletions(
        { prompts: input.prompts1, completions: input.completions1 },
        { prompts: input.prompts2, completions: input.completions2 },
        input.L,
      );
      const kernel = hammingKernel(pooled);
      const mmd = mmdUnbiased(pooled, kernel)!;
      compare('mmdUnbiased (Hamming)', mmd, expected.mmd_hamming, golden.tolerance);
      const spectrum = mmdUnbiased(pooled, spectrumKernel(pooled, 5))!;
      compare('mmdUnbiased (5-spectrum)', spectrum, expected.mmd_kspectrum_k5_cum, golden.tolerance);
      const permuted = input.permutations.map((order) => mmdUnbiased(pooled, kernel, order)!);
      permuted.forEach((value, i) =>
        compare('mmdUnbiased, permuted', value, expected.perm_stats_mmd_hamming[i], golden.tolerance),
      );
      compare('permutationPValue', permutationPValue(mmd, permuted), expected.p_valid_plus1, golden.tolerance);
      const { l1, l2, chiSquare } = countDistances(pooled);
      compare('L1', l1, expected.L1, FLOAT32);
      compare('L2', l2, expected.L2, FLOAT32);
      const scale = Math.max(1, Math.abs(expected.chi2));
      compare('chi2, relative', chiSquare / scale, expected.chi2 / scale, FLOAT32);
    },
  );
});
