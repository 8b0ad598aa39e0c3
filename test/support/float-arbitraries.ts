/**
 * Float32 inputs for property tests: every bit pattern, and those around the decision points of a format.
 * @module
 */
import fc from 'fast-check';

const word = new Uint32Array(1);
const value = new Float32Array(word.buffer);

const fromBits = (bits: number): number => {
  word[0] = bits;
  return value[0];
};
const toBits = (x: number): number => {
  value[0] = x;
  return word[0];
};

/** Any float32 bit pattern, each equally likely. */
export const anyF32Bits = fc.integer({ min: 0, max: 0xffffffff }).map(fromBits);

/** Values and midpoints of a grid, -2 .. +2 ulp away, both signs. */
export const nearGrid = (table: Float32Array): fc.Arbitrary<number> => {
  const finite = Array.from(table)
    .filter((v) => Number.isFinite(v) && v > 0)
    .sort((a, b) => a - b);
  const points = [
    ...finite,
    ...finite.map((v, i) => (v + (finite[i - 1] ?? 0)) / 2),
    finite[finite.length - 1] * 1.125,
  ];
  return fc
    .tuple(fc.constantFrom(...points), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([point, ulp, negative]) => (negative ? -1 : 1) * fromBits(Math.max(0, toBits(point) + ulp)));
};

/** Rows of activations: a scale from 2^-40 to 2^20, some zeros, some tiny values. */
export const activations = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .tuple(
      fc.integer({ min: -40, max: 20 }),
      fc.array(
        fc.oneof(
          { weight: 8, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
          { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1, 0.4375, 1e-3, -1e-6) },
        ),
        { minLength: length, maxLength: length },
      ),
    )
    .map(([exponent, values]) => Float32Array.from(values, (v) => v * 2 ** exponent));
