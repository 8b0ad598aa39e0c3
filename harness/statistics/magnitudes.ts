/**
 * Magnitudes: a sample of numbers >= 0 of which most may be zero, for exact quantiles. Zeros are counted, the others kept (8 bytes each).
 * @module
 */
import { ascending, quantileOfSorted } from './quantile.ts';

export interface Magnitudes {
  /** @param value - finite, >= 0 */
  add(value: number): void;
  readonly count: number;
  /** 0 when there are none. */
  readonly largest: number;
  /** By linear interpolation, as `quantileOfSorted`. @throws RangeError when there are none */
  quantiles(shares: readonly number[]): number[];
}

export function createMagnitudes(): Magnitudes {
  const positive: number[] = [];
  let count = 0;
  let largest = 0;
  return {
    add: (value) => {
      if (!(value >= 0) || value === Infinity)
        throw new RangeError(`magnitude: expected a finite number >= 0, got ${value}`);
      count++;
      if (value > 0) positive.push(value);
      if (value > largest) largest = value;
    },
    get count() {
      return count;
    },
    get largest() {
      return largest;
    },
    quantiles: (shares) => {
      const all = new Float64Array(count);
      all.set(positive);
      const sorted = ascending(all);
      return shares.map((share) => quantileOfSorted(sorted, share));
    },
  };
}
