import { describe, expect, it } from 'vitest';
import { adjustPValues, type MultiplicityMethod } from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface MultiplicityCase {
  readonly input: { readonly p: readonly number[]; readonly alpha: number };
  readonly expected: Readonly<
    Record<string, { readonly reject: readonly boolean[]; readonly p_adj: readonly number[] }>
  >;
}

const METHODS: Readonly<Record<string, MultiplicityMethod>> = {
  bonferroni: 'bonferroni',
  holm: 'holm',
  'holm-sidak': 'holm-sidak',
  hommel: 'hommel',
  fdr_bh: 'benjamini-hochberg',
  fdr_by: 'benjamini-yekutieli',
};

const FILE = 'leakage/multiple_testing.json';
const golden = readGolden<MultiplicityCase>(FILE);
const compare = compareWith(FILE);

describe('adjusted p-values against statsmodels', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'adjusts and rejects like the oracle in case $index, by every rule',
    ({ input, expected }) => {
      expect(Object.keys(expected).sort()).toEqual(Object.keys(METHODS).sort());
      for (const [name, { reject, p_adj }] of Object.entries(expected)) {
        const method = METHODS[name]!;
        const adjusted = adjustPValues(input.p, method);
        expect(adjusted).toHaveLength(p_adj.length);
        adjusted.forEach((value, i) => compare(method, value, p_adj[i], golden.tolerance));
        expect(adjusted.map((value) => value <= input.alpha)).toEqual(reject);
      }
    },
  );
});
