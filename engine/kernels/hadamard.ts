/**
 * Walsh-Hadamard transform in Sylvester order, scaled by 1 / sqrt(width): spreads outliers before FP4 quantisation.
 *
 * Order: butterflies of distance 1, 2, 4, ...; (a, b) -> (a + b, a - b), each rounded; the scale last.
 * @module
 */

const f32 = Math.fround;

/**
 * Transforms each row in place.
 *
 * @param x - [rows, width] f32; width a power of two
 */
export function hadamard(x: Float32Array, rows: number, width: number): void {
  const scale = f32(1 / Math.sqrt(width));
  for (let r = 0; r < rows; r++) {
    const base = r * width;
    for (let distance = 1; distance < width; distance *= 2)
      for (let block = base; block < base + width; block += 2 * distance)
        for (let i = block; i < block + distance; i++) {
          const a = x[i];
          const b = x[i + distance];
          x[i] = f32(a + b);
          x[i + distance] = f32(a - b);
        }
    for (let i = base; i < base + width; i++) x[i] = f32(x[i] * scale);
  }
}
