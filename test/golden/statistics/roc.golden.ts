import { describe, expect, it } from 'vitest';
import {
  auc,
  balancedAccuracyMax,
  delongVariance,
  fprAtTpr,
  hanleyMcNeilError,
  rocCurve,
  tprAtFpr,
  type RocPoint,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface RocCase {
  readonly input: { readonly y: readonly number[]; readonly score: readonly number[] };
  readonly expected: Readonly<Record<string, number>>;
}

const FILE = 'leakage/roc_auc.json';
const golden = readGolden<RocCase>(FILE);
const compare = compareWith(FILE);
const RATES = /^(tpr_at_fpr|fpr_at_tpr)_([\d.]+)$/;

/** Without points where neither rate changes its step; the first segment starts at the first score, not at (0, 0). */
function withoutInnerPoints([origin, ...points]: readonly RocPoint[]): RocPoint[] {
  const sameStep = (a: number, b: number, c: number): boolean => Math.abs(a - 2 * b + c) < 1e-12;
  const kept = points.filter(({ fpr, tpr }, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (i === 0 || i + 1 === points.length) return true;
    return !sameStep(before.fpr, fpr, after.fpr) || !sameStep(before.tpr, tpr, after.tpr);
  });
  return [origin, ...kept];
}

describe('ROC statistics against scikit-learn and their definitions', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'gives the curve and the area of case $index',
    ({ input: { y, score }, expected }) => {
      const scores = {
        positives: score.filter((_, i) => y[i] === 1),
        negatives: score.filter((_, i) => y[i] === 0),
      };
      const curve = rocCurve(scores);
      const area = auc(scores);
      const sizes = { positives: scores.positives.length, negatives: scores.negatives.length };
      const check = (what: string, got: number, name: string): void =>
        compare(what, got, expected[name], golden.tolerance);
      check('auc', area, 'auc');
      check('balancedAccuracyMax', balancedAccuracyMax(curve), 'balanced_accuracy_max');
      check('hanleyMcNeilError', hanleyMcNeilError({ auc: area, ...sizes }), 'hanley_mcneil_se');
      check('delongVariance', delongVariance(scores), 'delong_var');
      // scikit-learn drops points between two others on a line; we keep them, so that no rate is understated.
      const thinned = withoutInnerPoints(curve);
      const rates = Object.keys(expected).filter((name) => RATES.test(name));
      expect(rates.length).toBeGreaterThan(1);
      for (const name of rates) {
        const [, kind, text] = RATES.exec(name)!;
        const rate = Number(text);
        if (kind === 'tpr_at_fpr') {
          check('tprAtFpr', tprAtFpr(thinned, rate), name);
          expect(tprAtFpr(curve, rate)).toBeGreaterThanOrEqual(expected[name] - golden.tolerance);
        } else {
          check('fprAtTpr', fprAtTpr(thinned, rate), name);
          expect(fprAtTpr(curve, rate)).toBeLessThanOrEqual(expected[name] + golden.tolerance);
        }
      }
    },
  );
});
