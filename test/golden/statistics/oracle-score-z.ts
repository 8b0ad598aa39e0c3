/**
 * The score statistic of two proportions with the oracle's mistake (statsmodels 0.13.5): k2 delta in the linear coefficient of the
 * cubic, where Miettinen and Nurminen have n2 delta. It shows that the coefficient is the whole difference to the golden file.
 * @module
 */
import type { TwoProportions } from '../../../harness/statistics/index.ts';

/** The cubic is solved by its trigonometric formula. */
export function oracleScoreZ(
  { successes1: k1, trials1: n1, successes2: k2, trials2: n2 }: TwoProportions,
  delta: number,
): number {
  const n = n1 + n2;
  const l3 = n;
  const l2 = (n1 + 2 * n2) * delta - n - k1 - k2;
  const l1 = (k2 * delta - n - 2 * k2) * delta + k1 + k2;
  const l0 = k2 * delta * (1 - delta);
  const q = l2 ** 3 / (3 * l3) ** 3 - (l1 * l2) / (6 * l3 ** 2) + l0 / (2 * l3);
  const p = Math.sign(q) * Math.sqrt(l2 ** 2 / (3 * l3) ** 2 - l1 / (3 * l3));
  const angle = (Math.PI + Math.acos(q / p ** 3)) / 3;
  const p2 = 2 * p * Math.cos(angle) - l2 / (3 * l3);
  const p1 = p2 + delta;
  const variance = ((p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2) * (n / (n - 1));
  return (k1 / n1 - k2 / n2 - delta) / Math.sqrt(variance);
}
