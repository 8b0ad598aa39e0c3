/**
 * The format of the golden files under `leakage/`: {metric, oracle, tolerance, notes, cases}.
 * @module
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

/** A number of a golden file: JSON has no NaN and no infinities, so they are strings; null = not defined. */
export type GoldenNumber = number | 'NaN' | 'Infinity' | '-Infinity' | null;

export interface GoldenFile<Case> {
  readonly tolerance: number;
  readonly notes: string;
  readonly cases: readonly Case[];
}

/** Reads a file of the golden folder: `EVENKEEL_GOLDEN`, or `test/golden` seen from the checkout. */
export function readGolden<Case>(path: string): GoldenFile<Case> {
  const folder = process.env['EVENKEEL_GOLDEN'] ?? join(import.meta.dirname, '..', 'golden');
  return JSON.parse(readFileSync(join(folder, path), 'utf8')) as GoldenFile<Case>;
}

/** null when the oracle has no number. */
export const numberOf = (value: GoldenNumber): number | null => (value === null ? null : Number(value));

/**
 * Asserts closeness to golden numbers and remembers the largest deviation of each function.
 *
 * `EVENKEEL_DEVIATIONS=file` appends them to that file as JSON lines, for the table in docs/statistics.md.
 *
 * @param file - golden file, for example `leakage/tost.json`
 */
export function compareWith(file: string) {
  const worst = new Map<string, { deviation: number; compared: number; tolerance: number }>();
  afterAll(() => {
    const target = process.env['EVENKEEL_DEVIATIONS'];
    if (target === undefined) return;
    for (const [what, record] of worst) appendFileSync(target, `${JSON.stringify({ file, what, ...record })}\n`);
  });
  return (what: string, got: number, want: GoldenNumber | undefined, tolerance: number): void => {
    if (want === undefined || want === null) throw new Error(`${file}: no golden value for ${what}`);
    const expected = Number(want);
    const deviation = Object.is(got, expected) ? 0 : Math.abs(got - expected);
    const known = worst.get(what) ?? { deviation: 0, compared: 0, tolerance };
    const largest = Number.isNaN(deviation) ? Number.POSITIVE_INFINITY : Math.max(known.deviation, deviation);
    worst.set(what, { deviation: largest, compared: known.compared + 1, tolerance });
    expect(Object.is(got, expected) || deviation <= tolerance, `${what}: got ${got}, golden ${expected}`).toBe(true);
  };
}
