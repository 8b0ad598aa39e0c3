/**
 * Numbers of a page in as many digits as a reader looks at: the record in the run folder has them all.
 * @module
 */

const DIGITS = 1e6;

/** Six digits behind the point; null where there is no finite number. */
export function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.round(value * DIGITS) / DIGITS;
}

/** Whole milliseconds. */
export const wholeMs = (value: number): number => Math.round(value);
