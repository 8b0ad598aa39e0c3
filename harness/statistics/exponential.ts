/**
 * exp and log in float64 from correctly rounded basic operations, so that a report has the same bits on every runtime.
 *
 * `Math.exp` and `Math.log` may differ in the last bit between JavaScript engines; IEEE addition, multiplication and
 * division may not. Error: at most 1 ulp on the tested grid; monotonicity is not promised.
 * Source: argument reduction by ln 2 in two parts (Cody and Waite); Taylor series of exp, series of atanh for log.
 * @module
 */

/** ln 2 cut to 41 bits, so that k * LN2_HIGH is exact for every exponent k of a double, and the rest of it. */
const LN2_HIGH = 0.693147180559663;
const LN2_LOW = 2.8235290563031577e-13;
const LOG2_E = 1.4426950408889634;

/** Above: e^x is larger than every double. Below: smaller than half of the smallest one. */
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;

/** 1/k! for k = 2 .. 13: the rest is below 2^-57 for |r| <= ln(2)/2. */
const EXP_TERMS = inverseFactorials(13);
/** 2/(2j + 1) for j = 1 .. 12. */
const LOG_TERMS = Float64Array.from({ length: 12 }, (_, j) => 2 / (2 * j + 3));

const LARGEST_NORMAL_EXPONENT = 1023;
const SMALLEST_NORMAL_EXPONENT = -1022;
const POWERS_LOWEST = -1074;
const POWERS = powersOfTwo();

/**
 * e^x.
 *
 * @param x - any double; NaN gives NaN, -Infinity gives 0
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > EXP_OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < EXP_UNDERFLOW) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const rTail = high - r - low;
  let series = EXP_TERMS[EXP_TERMS.length - 1];
  for (let i = EXP_TERMS.length - 2; i >= 0; i--) series = series * r + EXP_TERMS[i];
  const value = 1 + (r + (r * r * series + rTail * (1 + r)));
  return scaleByPowerOfTwo(value, k);
}

/**
 * The natural logarithm of x.
 *
 * @param x - any double; 0 gives -Infinity, a negative number gives NaN
 */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { mantissa, exponent } = split(x);
  // ln(1 + f) = f - f²/2 + s (f²/2 + R(s²)), s = f / (2 + f): the large parts f and f²/2 enter unrounded by the series.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = LOG_TERMS[LOG_TERMS.length - 1];
  for (let i = LOG_TERMS.length - 2; i >= 0; i--) series = series * z + LOG_TERMS[i];
  const half = 0.5 * f * f;
  const tail = s * (half + z * series);
  return exponent * LN2_HIGH - (half - (tail + exponent * LN2_LOW) - f);
}

/**
 * ln(1 + x) without the loss of digits near 0.
 *
 * The error of rounding 1 + x to u is known exactly: ln(1 + x) = ln(u) + (x - (u - 1)) / u + ...
 *
 * @param x - >= -1; -1 gives -Infinity
 */
export function logOnePlus(x: number): number {
  const u = 1 + x;
  if (!Number.isFinite(u) || u <= 0) return log(u);
  // Both subtractions are exact; which one is small depends on which of 1 and x is the larger.
  const rounding = Math.abs(x) < 1 ? x - (u - 1) : 1 - (u - x);
  return log(u) + rounding / u;
}

/** 1 - e^x without the loss of digits near 0; x <= 0. */
export function oneMinusExp(x: number): number {
  if (x === 0) return 0;
  if (x < -0.5) return 1 - exp(x);
  let term = x;
  let sum = x;
  for (let k = 2; Math.abs(term) > Math.abs(sum) * 1e-18 && k < 40; k++) {
    term = (term * x) / k;
    sum += term;
  }
  return -sum;
}

/** ln(1 - e^x) without the loss of digits at either end; x <= 0. */
export function logOneMinusExp(x: number): number {
  return x < -Math.LN2 ? logOnePlus(-exp(x)) : log(oneMinusExp(x));
}

function scaleByPowerOfTwo(value: number, k: number): number {
  if (k > LARGEST_NORMAL_EXPONENT) return value * power(LARGEST_NORMAL_EXPONENT) * power(k - LARGEST_NORMAL_EXPONENT);
  if (k >= SMALLEST_NORMAL_EXPONENT) return value * power(k);
  // Subnormal result: the first product is exact, so that there is one rounding.
  return value * power(k + 128) * power(-128);
}

const power = (k: number): number => POWERS[k - POWERS_LOWEST];

/** x = mantissa * 2^exponent with mantissa in [sqrt(1/2), sqrt(2)); x positive and finite. */
function split(x: number): { mantissa: number; exponent: number } {
  const subnormal = x < power(SMALLEST_NORMAL_EXPONENT);
  const normal = subnormal ? x * power(64) : x;
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, normal);
  const head = bytes.getUint32(0);
  let exponent = (head >>> 20) - LARGEST_NORMAL_EXPONENT - (subnormal ? 64 : 0);
  bytes.setUint32(0, (head & 0xfffff) | 0x3ff00000);
  let mantissa = bytes.getFloat64(0);
  if (mantissa >= Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  return { mantissa, exponent };
}

function inverseFactorials(last: number): Float64Array {
  const terms = new Float64Array(last - 1);
  let factorial = 1;
  for (let k = 2; k <= last; k++) {
    factorial *= k;
    terms[k - 2] = 1 / factorial;
  }
  return terms;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(LARGEST_NORMAL_EXPONENT - POWERS_LOWEST + 1);
  let value = Number.MIN_VALUE;
  for (let i = 0; i < powers.length; i++) {
    powers[i] = value;
    value *= 2;
  }
  return powers;
}
