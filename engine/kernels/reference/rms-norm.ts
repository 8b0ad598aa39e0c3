/**
 * Plain twin of the RMS norm: the definition, element by element.
 * @module
 */
const f32 = Math.fround;

/** Lane i sums the squares of k = i, i + 4, ... ascending; then (l0 + l1) + (l2 + l3). @returns the normalised row */
export function rmsNormRow(x: readonly number[], weight: readonly number[] | null, eps: number): number[] {
  const lanes = [0, 1, 2, 3].map((lane) => {
    let sum = 0;
    for (let k = lane; k < x.length; k += 4) sum = f32(sum + f32(x[k] * x[k]));
    return sum;
  });
  const total = f32(f32(lanes[0] + lanes[1]) + f32(lanes[2] + lanes[3]));
  const inverse = f32(1 / f32(Math.sqrt(f32(f32(total / x.length) + f32(eps)))));
  return x.map((value, k) => {
    const normalised = f32(value * inverse);
    return weight === null ? normalised : f32(weight[k] * normalised);
  });
}
