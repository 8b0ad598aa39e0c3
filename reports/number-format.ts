/**
 * Numbers as text: the only place where a report turns a number into words. Plain ECMAScript, no locale.
 *
 * The same rules as the reasons of the gate, so that a row and its reason never show two roundings of one number.
 * @module
 */
import type { Equality, Estimate } from '../harness/schema/index.ts';

/** Below this a number is written as `2.4e-4`. */
const SCIENTIFIC_BELOW = 0.001;
const SCIENTIFIC_FROM = 1e6;
/** Counts with more digits than this are grouped by narrow no-break spaces. */
const UNGROUPED_DIGITS = 4;
const NARROW_SPACE = '\u202f';

/** 0.11735 -> `11.7 %`; small shares keep two digits, `0.0023 %`; 1 -> `100 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Math.abs(value) >= 10 ? trimZeros(value.toFixed(1)) : significant(value, 2)} %`;
}

/** Three significant digits; `0` is exactly zero, small and large numbers are `2.38e-4`. */
export function small(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < SCIENTIFIC_BELOW || size >= SCIENTIFIC_FROM) return scientific(value);
  return trimZeros(value.toPrecision(3));
}

/** A ratio near one keeps what distinguishes it from one: 1.00042 -> `1.00042`, 1.25 -> `1.25`. */
export function ratio(value: number): string {
  if (value === 1) return '1';
  const distance = Math.abs(value - 1);
  const decimals = distance >= 0.1 ? 2 : distance >= 0.01 ? 3 : distance >= 0.001 ? 4 : 5;
  return Math.abs(value) >= 1000 ? small(value) : trimZeros(value.toFixed(decimals));
}

/** 1234567 -> `1 234 567`, with narrow no-break spaces. */
export function count(value: number): string {
  const digits = String(value);
  if (digits.length <= UNGROUPED_DIGITS || !/^\d+$/.test(digits)) return digits;
  return digits.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** `1 unit`, `3 units`, `2 indices` with a plural of its own. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** 412 -> `412 ms`, 3400 -> `3.4 s`, 192000 -> `3 min 12 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${trimZeros(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `24/24`; `–` when nothing was compared. */
export function equalOf({ equal, n }: Pick<Equality, 'equal' | 'n'>): string {
  return n === 0 ? '–' : `${count(equal)}/${count(n)}`;
}

/** The failure rate that the comparisons still allow: `≤ 11.7 %`, or an interval when failures were seen. */
export function failureRate({ failureRateLow, failureRateHigh }: Equality): string {
  if (failureRateHigh === null) return 'not known';
  if (failureRateLow === null || failureRateLow === 0) return `≤ ${percent(failureRateHigh)}`;
  return `${percent(failureRateLow).replace(' %', '')} to ${percent(failureRateHigh)}`;
}

/** The value, or which kind of nothing it is: "not measured" and "not supported" are no numbers. */
export function estimateValue(estimate: Estimate, format: (value: number) => string): string {
  switch (estimate.kind) {
    case 'measured':
      return format(estimate.value);
    case 'not-measured':
      return 'not measured';
    case 'unsupported':
      return 'not supported';
  }
}

/** `3.1e-4 to 5.2e-4`; empty without an interval. */
export function estimateInterval(estimate: Estimate, format: (value: number) => string): string {
  if (estimate.kind !== 'measured' || estimate.low === null || estimate.high === null) return '';
  return `${format(estimate.low)} to ${format(estimate.high)}`;
}

/** Ascending order of numbers with NaN last: the order in which a report sorts. */
export function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  return text.includes('e') ? text.replace(/\.?0+e/, 'e') : trimZeros(text);
}

function scientific(value: number): string {
  return value
    .toExponential(2)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e');
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
