/**
 * The slow, obvious encoder: the nearest value of a format by searching its decode table, ties to the even code.
 * @module
 */

export interface SearchRules {
  /** What a value becomes from half a step above the largest finite value on, ties included where that value's code is odd. */
  readonly overflow: 'saturate' | { readonly code: number };
  readonly nan: number;
  /** Bit of the sign. */
  readonly signBit: number;
}

/**
 * @param table - decode table of all codes; codes below the sign bit are the magnitudes in ascending order
 * @returns the code of x
 */
export function nearestCode(x: number, table: Float32Array, rules: SearchRules): number {
  if (Number.isNaN(x)) return rules.nan;
  const sign = x < 0 || Object.is(x, -0) ? rules.signBit : 0;
  const size = Math.abs(x);
  const magnitudes = Array.from(table.subarray(0, rules.signBit)).filter((v) => Number.isFinite(v));
  const largest = magnitudes.length - 1;
  // The value that the next code would have, if the format had it: overflow rounds to it.
  const beyond = 2 * magnitudes[largest] - magnitudes[largest - 1];
  const candidates = [...magnitudes, beyond];
  let best = 0;
  for (let code = 1; code < candidates.length; code++) {
    const closer = Math.abs(candidates[code] - size) - Math.abs(candidates[best] - size);
    if (closer < 0 || (closer === 0 && code % 2 === 0)) best = code;
  }
  // Far above, float64 differences no longer tell the candidates apart.
  if (size >= beyond) best = largest + 1;
  if (best <= largest) return sign | best;
  return rules.overflow === 'saturate' ? sign | largest : sign | rules.overflow.code;
}
