/**
 * Tables of counts: Fisher's exact test of 2 x 2, Pearson's chi-square and Cramér's V of r x c.
 *
 *   chi² = sum (observed - expected)²/expected,  df = (r - 1)(c - 1);  V = sqrt(chi²/(n min(r - 1, c - 1)))
 *
 * Fisher two-sided: the sum of all tables with the same margins that are at most as likely. chi-square has no continuity correction.
 * Source: golden: classical_tests.json.
 * @module
 */
import type { TestPValues } from './binomial.ts';
import { exp } from './exponential.ts';
import { chiSquareUpperTail } from './incomplete-gamma.ts';
import { logChoose } from './log-binomial.ts';

/** Tables whose probabilities differ by less than this share are equally likely: rounding must not decide. */
const TIE = 1e-9;

/** [[a, b], [c, d]] */
export type Table2x2 = readonly [readonly [number, number], readonly [number, number]];

/** pGreater: H1 "a is larger than without association" (odds ratio above 1). */
export function fisherExact([[a, b], [c, d]]: Table2x2): TestPValues {
  assertCells([a, b, c, d]);
  const [row, rest, column] = [a + b, c + d, a + c];
  const lowest = Math.max(0, column - rest);
  const highest = Math.min(row, column);
  const total = logChoose(row + rest, column);
  const massOf = (k: number): number => exp(logChoose(row, k) + logChoose(rest, column - k) - total);
  const observed = massOf(a);
  let [pGreater, pLess, pTwoSided] = [0, 0, 0];
  for (let k = lowest; k <= highest; k++) {
    const mass = massOf(k);
    if (k >= a) pGreater += mass;
    if (k <= a) pLess += mass;
    if (mass <= observed * (1 + TIE)) pTwoSided += mass;
  }
  return { pGreater: Math.min(1, pGreater), pLess: Math.min(1, pLess), pTwoSided: Math.min(1, pTwoSided) };
}

/** @param table - rows of equal length, at least 2 x 2, no row or column of zeros */
export function chiSquareIndependence(table: readonly (readonly number[])[]): {
  readonly statistic: number;
  readonly p: number;
  readonly degreesOfFreedom: number;
  readonly cramersV: number;
} {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const width = table[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, j) => table.reduce((sum, row) => sum + row[j], 0));
  assertCells(table.flat());
  if (rows.length < 2 || width < 2 || table.some((row) => row.length !== width)) {
    throw new RangeError(`chiSquareIndependence: expected a table of at least 2 x 2, got ${rows.length} x ${width}`);
  }
  if ([...rows, ...columns].includes(0)) {
    throw new RangeError('chiSquareIndependence: expected no empty row or column: its expected counts are 0');
  }
  const total = rows.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  table.forEach((row, i) => {
    row.forEach((count, j) => {
      const expected = (rows[i] * columns[j]) / total;
      statistic += ((count - expected) * (count - expected)) / expected;
    });
  });
  const degreesOfFreedom = (rows.length - 1) * (width - 1);
  return {
    statistic,
    p: chiSquareUpperTail(statistic, degreesOfFreedom),
    degreesOfFreedom,
    cramersV: Math.sqrt(statistic / (total * Math.min(rows.length - 1, width - 1))),
  };
}

function assertCells(cells: readonly number[]): void {
  const wrong = cells.find((count) => !Number.isInteger(count) || count < 0);
  if (wrong !== undefined) throw new RangeError(`contingency table: expected whole counts >= 0, got ${wrong}`);
}
