import { describe, it } from 'vitest';
import {
  andersonDarling,
  cramerVonMises,
  energyDistance,
  entropyBits,
  hellinger,
  jensenShannonDistance,
  klDivergenceNats,
  mannWhitney,
  totalVariation,
  wasserstein1,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden, type GoldenNumber } from '../../support/leakage-golden.ts';

interface SampleCase {
  readonly input: Readonly<Record<'x' | 'y', readonly number[]>>;
  readonly expected: {
    readonly wasserstein1: number;
    readonly energy_distance: number;
    readonly mannwhitney_two_sided_asymp: readonly [number, number];
    readonly cvm: readonly [number, number];
    readonly anderson_darling_stat: number;
  };
}
interface DiscreteCase {
  readonly input: Readonly<Record<'p' | 'q', readonly number[]>>;
  readonly expected: Readonly<
    Record<'tvd' | 'kl_nats' | 'js_distance_base2' | 'hellinger' | 'entropy_bits', GoldenNumber>
  >;
}

const SAMPLES = 'leakage/distances_1d.json';
const samples = readGolden<SampleCase>(SAMPLES);
const compareSamples = compareWith(SAMPLES);

describe('distances of samples against scipy', () => {
  it.each(samples.cases.map((one, index) => ({ index, ...one })))(
    'measures case $index',
    ({ input: { x, y }, expected }) => {
      const compare = (what: string, got: number, want: number): void =>
        compareSamples(what, got, want, samples.tolerance);
      compare('wasserstein1', wasserstein1(x, y), expected.wasserstein1);
      compare('energyDistance', energyDistance(x, y), expected.energy_distance);
      const rankSum = mannWhitney(x, y, 'two-sided');
      compare('mannWhitney', rankSum.u, expected.mannwhitney_two_sided_asymp[0]);
      compare('mannWhitney', rankSum.p, expected.mannwhitney_two_sided_asymp[1]);
      // The oracle was asked for the limit law, for small samples too, where by default we count.
      const { statistic, p } = cramerVonMises(x, y, 'limit');
      compare('cramerVonMises', statistic, expected.cvm[0]);
      compare('cramerVonMises p (limit law)', p, expected.cvm[1]);
      compare('andersonDarling', andersonDarling([x, y]), expected.anderson_darling_stat);
    },
  );
});

const DISCRETE = 'leakage/distances_discrete.json';
const discrete = readGolden<DiscreteCase>(DISCRETE);
const compareDiscrete = compareWith(DISCRETE);

describe('distances of discrete distributions against scipy', () => {
  it.each(discrete.cases.map((one, index) => ({ index, ...one })))(
    'measures case $index',
    ({ input: { p, q }, expected }) => {
      const compare = (what: string, got: number, want: GoldenNumber): void =>
        compareDiscrete(what, got, want, discrete.tolerance);
      compare('totalVariation', totalVariation(p, q), expected.tvd);
      compare('klDivergenceNats', klDivergenceNats(p, q), expected.kl_nats);
      compare('jensenShannonDistance', jensenShannonDistance(p, q), expected.js_distance_base2);
      compare('hellinger', hellinger(p, q), expected.hellinger);
      compare('entropyBits', entropyBits(p), expected.entropy_bits);
    },
  );
});
