/**
 * Elementary functions in fixed point over big integers: a truth for the portable math that shares nothing with it.
 *
 * A number v is the integer v * 2^256, so a result as small as the smallest float32 (2^-149) still has 107 good bits.
 * Series: Taylor for exp, sin and cos, 2 artanh for ln, Machin's formula for pi.
 * @module
 */
const FRACTION = 256n;
/** Extra bits of constants that are multiplied by up to 2^128. */
const GUARD = 192n;
const ONE = 1n << FRACTION;

type Fixed = bigint;

const multiply = (a: Fixed, b: Fixed): Fixed => (a * b) >> FRACTION;
const divide = (a: Fixed, b: Fixed): Fixed => (a << FRACTION) / b;
const absolute = (a: bigint): bigint => (a < 0n ? -a : a);
const bitLength = (a: bigint): number => a.toString(2).length;

/** A float64 as mantissa * 2^exponent, exact. */
function parts(x: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n ? -mantissa : mantissa, exponent: (field === 0 ? 1 : field) - 1075 };
}

/** x in units of 2^-bits, rounded down below them. */
function scaled(x: number, bits: number): bigint {
  const { mantissa, exponent } = parts(x);
  const shift = BigInt(exponent + bits);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

const fixed = (x: number): Fixed => scaled(x, Number(FRACTION));

/** artanh(1 / n) or arctan(1 / n) with `fraction` bits. */
function inverseSeries(n: bigint, fraction: bigint, alternate: boolean): bigint {
  let power = (1n << fraction) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += alternate && k % 4n === 3n ? -power / k : power / k;
    power /= n * n;
  }
  return sum;
}
const LN2 = 2n * inverseSeries(3n, FRACTION, false);
const PI_GUARDED = 16n * inverseSeries(5n, FRACTION + GUARD, true) - 4n * inverseSeries(239n, FRACTION + GUARD, true);

function expFixed(x: Fixed): Fixed {
  const k = (x + (LN2 >> 1n)) / LN2;
  // Six halvings, then six squarings, keep the series short.
  const r = (x - k * LN2) >> 6n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = multiply(term, r) / n;
    sum += term;
  }
  for (let i = 0; i < 6; i++) sum = multiply(sum, sum);
  return k >= 0n ? sum << k : sum >> -k;
}

function logFixed(x: Fixed): Fixed {
  const k = BigInt(bitLength(x) - 1) - FRACTION;
  const m = k >= 0n ? x >> k : x << -k;
  const s = divide(m - ONE, m + ONE);
  const square = multiply(s, s);
  let power = s;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = multiply(power, square);
  }
  return 2n * sum + k * LN2;
}

/** sin or cos, by reduction with a pi of 448 bits. */
function circular(x: number, isSin: boolean): Fixed {
  const wide = scaled(x, Number(FRACTION + GUARD));
  const half = PI_GUARDED / 2n;
  let turns = (2n * absolute(wide) + half) / (2n * half);
  if (wide < 0n) turns = -turns;
  const r = (wide - turns * half) >> GUARD;
  const quarter = ((turns % 4n) + 4n + (isSin ? 0n : 1n)) % 4n;
  const square = multiply(r, r);
  const odd = quarter % 2n === 0n;
  let term = odd ? r : ONE;
  let sum = 0n;
  for (let n = odd ? 2n : 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -multiply(term, square) / (n * (n + 1n));
  }
  return quarter >= 2n ? -sum : sum;
}

/** Truths of the functions, for finite arguments. */
export const oracle = {
  exp: (x: number): Fixed => expFixed(fixed(x)),
  log: (x: number): Fixed => {
    // Very small and very large arguments are brought into range by an exact power of two.
    const { mantissa, exponent } = parts(x);
    return logFixed(mantissa << FRACTION) + BigInt(exponent) * LN2;
  },
  sin: (x: number): Fixed => circular(x, true),
  cos: (x: number): Fixed => circular(x, false),
  sigmoid: (x: number): Fixed => {
    const e = expFixed(-absolute(fixed(x)));
    return divide(x < 0 ? e : ONE, ONE + e);
  },
  tanh: (x: number): Fixed => {
    const e = expFixed(-2n * absolute(fixed(x)));
    const y = divide(ONE - e, ONE + e);
    return x < 0 ? -y : y;
  },
  softplus: (x: number): Fixed => {
    const y = logFixed(ONE + expFixed(-absolute(fixed(x))));
    return x > 0 ? y + fixed(x) : y;
  },
} as const;

export const F32_GRID = { mantissaBits: 24, smallestExponent: -149 } as const;
export const F64_GRID = { mantissaBits: 53, smallestExponent: -1074 } as const;

/** Distance of a finite result from the truth, in units in the last place of the truth. */
export function ulpError(result: number, truth: Fixed, grid: typeof F32_GRID | typeof F64_GRID): number {
  const top = truth === 0n ? -Infinity : bitLength(absolute(truth)) - 1 - Number(FRACTION);
  const ulp = Math.max(top - grid.mantissaBits + 1, grid.smallestExponent);
  const precision = 40;
  const shift = Number(FRACTION) - precision + ulp;
  const truthUnits = shift >= 0 ? truth >> BigInt(shift) : truth << BigInt(-shift);
  return Math.abs(Number(scaled(result, precision - ulp) - truthUnits)) / 2 ** precision;
}
