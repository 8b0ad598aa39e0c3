/**
 * Floats for kernel properties, and their bits: kernels are compared by bytes.
 * @module
 */
import fc from 'fast-check';

/** Moderate values with exact zeros of both signs and a few large ones; no NaN, no infinity. */
export const moderate = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1) },
  { weight: 1, arbitrary: fc.float({ min: -60, max: 60, noNaN: true }) },
);

export const vector = (length: number): fc.Arbitrary<number[]> =>
  fc.array(moderate, { minLength: length, maxLength: length });

/** The float32 bits of values: -0 and 0 differ. */
export function bitsOf(values: ArrayLike<number>): number[] {
  const floats = Float32Array.from(values);
  return [...new Int32Array(floats.buffer)];
}
