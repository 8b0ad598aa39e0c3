/**
 * Pearson, Spearman and Kendall correlations of paired values.
 *
 *   Pearson   r = sum (x - mean x)(y - mean y)/sqrt(sum (x - mean x)² sum (y - mean y)²);  t = r sqrt((n - 2)/(1 - r²)), df = n - 2
 *   Spearman  Pearson of the midranks, the same t
 *   Kendall   tau-b = (concordant - discordant)/sqrt((pairs - ties in x)(pairs - ties in y))
 *
 * Source: golden: classical_tests.json.
 * @module
 */
import { mean } from './quantile.ts';
import { rank } from './ranks.ts';
import { studentTTwoSided } from './student-t.ts';

export interface Correlation {
  readonly r: number;
  /** Two-sided; 1 for two pairs, which any line fits. */
  readonly p: number;
}

/** @returns null when one side has no spread: a correlation is not defined then */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Correlation | null {
  assertPairs(x, y);
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i] - centreX, y[i] - centreY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (!(xx > 0) || !(yy > 0)) return null;
  // One root where it can be: for points on a line r is exactly 1.
  const scale = Number.isFinite(xx * yy) ? Math.sqrt(xx * yy) : Math.sqrt(xx) * Math.sqrt(yy);
  const r = Math.max(-1, Math.min(1, xy / scale));
  const freedom = x.length - 2;
  if (freedom === 0) return { r, p: 1 };
  return { r, p: studentTTwoSided(r * Math.sqrt(freedom / ((1 - r) * (1 + r))), freedom) };
}

/** @returns null when all values of one side are equal */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation | null {
  assertPairs(x, y);
  return pearson(rank(x).ranks, rank(y).ranks);
}

/** @returns null when all values of one side are equal */
export function kendallTauB(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  assertPairs(x, y);
  let [balance, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [signX, signY] = [Math.sign(x[i] - x[j]), Math.sign(y[i] - y[j])];
      balance += signX * signY;
      untiedX += Math.abs(signX);
      untiedY += Math.abs(signY);
    }
  }
  return untiedX === 0 || untiedY === 0 ? null : balance / (Math.sqrt(untiedX) * Math.sqrt(untiedY));
}

function assertPairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length || x.length < 2) {
    throw new RangeError(`correlation: expected at least two pairs, got ${x.length} and ${y.length} values`);
  }
  for (const values of [x, y]) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) throw new RangeError(`correlation: expected finite values, got ${values[i]}`);
    }
  }
}
