/**
 * Plain twin of the Hadamard transform: Sylvester's recursion.
 * @module
 */
const f32 = Math.fround;

/** H(x) = [H(a) + H(b), H(a) - H(b)] for the halves a and b of x; unscaled. */
function sylvester(x: readonly number[]): number[] {
  if (x.length === 1) return [x[0]];
  const half = x.length / 2;
  const a = sylvester(x.slice(0, half));
  const b = sylvester(x.slice(half));
  return [...a.map((v, i) => f32(v + b[i])), ...a.map((v, i) => f32(v - b[i]))];
}

export function hadamardRow(x: readonly number[]): number[] {
  const scale = f32(1 / Math.sqrt(x.length));
  return sylvester(x).map((v) => f32(v * scale));
}
