/**
 * The format of the golden files under `leakage/`: {metric, oracle, tolerance, notes, cases}.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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
