/**
 * Columns of a record: a run of values in one number format, at a byte offset of a page.
 *
 * `put*` writes codes and returns or writes the scales; `get*` reads them back. Each value is code * scale, rounded to bf16 (exact
 * for power-of-two scales).
 * Source: specification section 9.1.
 * @module
 */
import { decodeBf16One, encodeBf16One, roundBf16 } from '../bf16.ts';
import { e2m1Values, encodeE2m1One } from '../e2m1.ts';
import { e4m3Values, encodeE4m3One, roundMagnitude } from '../e4m3fn.ts';
import { amaxBitsOf } from '../fake-quant.ts';
import { f32Bits, f32FromBits, MAGNITUDE_MASK, powerOfTwo, wordsOf } from '../float-bits.ts';
import type { ScaleRule } from '../scale-rules.ts';
import {
  scaleCodeNvfp4,
  scaleExponentFp4MxOfBits,
  scaleExponentFp8OfBits,
  scaleOfCodeNvfp4,
  scaleOfExponent,
} from '../scale-rules.ts';

/** Where a run of values starts, how many there are, and how many share a scale. */
export interface Run {
  readonly values: Float32Array;
  readonly from: number;
  readonly count: number;
  readonly group: number;
}

/** Writes e4m3 codes at `codesAt` and one ue8m0 byte per group through `putScale(group index, byte)`. */
export function putFp8(
  run: Run,
  page: Uint8Array,
  codesAt: number,
  rule: ScaleRule,
  putScale: (group: number, exponent: number) => void,
): void {
  const words = wordsOf(run.values);
  for (let g = 0; g * run.group < run.count; g++) {
    const start = run.from + g * run.group;
    const exponent = scaleExponentFp8OfBits(amaxBitsOf(words, start, start + run.group), rule);
    // dividing by a power of two moves the exponent field; below the smallest normal code roundMagnitude must see the real value
    const moved = (exponent - 127) << 23;
    const normal = (exponent - 6) << 23;
    const inverse = powerOfTwo(127 - exponent);
    for (let i = 0; i < run.group; i++) {
      const bits = words[start + i];
      const magnitude = bits & MAGNITUDE_MASK;
      page[codesAt + g * run.group + i] =
        magnitude >= normal
          ? ((bits >>> 24) & 0x80) | roundMagnitude(magnitude - moved)
          : encodeE4m3One(run.values[start + i] * inverse);
    }
    putScale(g, exponent);
  }
}

/** A power of two between 2^-64 and 2^64: an e4m3 value times it is a bf16 value as it is. */
function isPlainPower(scale: number): boolean {
  const bits = f32Bits(scale);
  const exponent = bits >>> 23;
  return (bits & 0x7fffff) === 0 && exponent >= 63 && exponent <= 191;
}

/** Reads e4m3 codes with the scale value of each group. */
export function getFp8(run: Run, page: Uint8Array, codesAt: number, scaleOf: (group: number) => number): void {
  for (let g = 0; g * run.group < run.count; g++) {
    const scale = scaleOf(g);
    const to = (g + 1) * run.group;
    if (isPlainPower(scale))
      for (let i = g * run.group; i < to; i++) run.values[run.from + i] = e4m3Values[page[codesAt + i]] * scale;
    else
      for (let i = g * run.group; i < to; i++)
        run.values[run.from + i] = roundBf16(e4m3Values[page[codesAt + i]] * scale);
  }
}

/** Writes bf16 values, little-endian. */
export function putBf16(run: Omit<Run, 'group'>, page: Uint8Array, at: number): void {
  for (let i = 0; i < run.count; i++) {
    const code = encodeBf16One(run.values[run.from + i]);
    page[at + 2 * i] = code & 255;
    page[at + 2 * i + 1] = code >>> 8;
  }
}

/** Reads bf16 values, little-endian. */
export function getBf16(run: Omit<Run, 'group'>, page: Uint8Array, at: number): void {
  for (let i = 0; i < run.count; i++)
    run.values[run.from + i] = decodeBf16One(page[at + 2 * i] | (page[at + 2 * i + 1] << 8));
}

/** Records are little-endian; on such a machine float32 columns are copied as bytes. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const bytesOf = ({ values, from, count }: Omit<Run, 'group'>): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset + 4 * from, 4 * count);

/** Writes float32 values, little-endian. */
export function putF32(run: Omit<Run, 'group'>, page: Uint8Array, at: number): void {
  if (LITTLE_ENDIAN) {
    page.set(bytesOf(run), at);
    return;
  }
  const view = new DataView(page.buffer, page.byteOffset + at, run.count * 4);
  for (let i = 0; i < run.count; i++) view.setFloat32(4 * i, run.values[run.from + i], true);
}

/** Reads float32 values, little-endian. */
export function getF32(run: Omit<Run, 'group'>, page: Uint8Array, at: number): void {
  if (LITTLE_ENDIAN) {
    bytesOf(run).set(page.subarray(at, at + 4 * run.count));
    return;
  }
  const view = new DataView(page.buffer, page.byteOffset + at, run.count * 4);
  for (let i = 0; i < run.count; i++) run.values[run.from + i] = view.getFloat32(4 * i, true);
}

/** How an FP4 format makes and reads the scale byte of a group. */
export interface Fp4Scale {
  readonly codeOf: (amaxBits: number) => number;
  readonly valueOf: (code: number) => number;
}

/** MX: a power of two as ue8m0. */
export const MX_SCALE: Fp4Scale = { codeOf: scaleExponentFp4MxOfBits, valueOf: scaleOfExponent };
/** NVFP4: an e4m3 number, no global scale. */
export const NVFP4_SCALE: Fp4Scale = { codeOf: (bits) => scaleCodeNvfp4(f32FromBits(bits)), valueOf: scaleOfCodeNvfp4 };

/** Writes e2m1 codes, two to a byte (even column low), and one scale byte per group. */
export function putFp4(run: Run, page: Uint8Array, codesAt: number, scalesAt: number, scale: Fp4Scale): void {
  const words = wordsOf(run.values);
  for (let g = 0; g * run.group < run.count; g++) {
    const start = run.from + g * run.group;
    const code = scale.codeOf(amaxBitsOf(words, start, start + run.group));
    const divisor = scale.valueOf(code);
    page[scalesAt + g] = code;
    for (let i = 0; i < run.group; i += 2) {
      const even = encodeE2m1One(run.values[start + i] / divisor);
      const odd = encodeE2m1One(run.values[start + i + 1] / divisor);
      page[codesAt + (g * run.group + i) / 2] = even | (odd << 4);
    }
  }
}

/** Reads e2m1 codes, two to a byte, with one scale byte per group. */
export function getFp4(run: Run, page: Uint8Array, codesAt: number, scalesAt: number, scale: Fp4Scale): void {
  const { values, from, group } = run;
  for (let g = 0; g * group < run.count; g++) {
    const factor = scale.valueOf(page[scalesAt + g]);
    const exact = isPlainPower(factor);
    const first = from + g * group;
    const code = codesAt + (g * group) / 2;
    for (let i = 0; i < group; i += 2) {
      const byte = page[code + i / 2];
      const even = e2m1Values[byte & 15] * factor;
      const odd = e2m1Values[byte >> 4] * factor;
      values[first + i] = exact ? even : roundBf16(even);
      values[first + i + 1] = exact ? odd : roundBf16(odd);
    }
  }
}
