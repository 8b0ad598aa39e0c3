/**
 * Numbers as words, for reasons that people read.
 * @module
 */

/** 0.11735 -> `11.7 %`; small shares keep two digits, `0.0023 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? trimZeros(value.toFixed(1)) : significant(value, 2)} %`;
}

/** At most four significant digits. */
export const short = (value: number): string => significant(value, 4);

/** `p = 0.031`, `p < 0.001`. */
export const pText = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${significant(p, 2)}`);

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  if (text.includes('e')) return text.replace(/\.?0+e/, 'e');
  return trimZeros(text);
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
