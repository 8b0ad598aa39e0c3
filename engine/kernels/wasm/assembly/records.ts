/** Cache records to float32, as `formats/records` reads them. Scales must be powers of two from 2^-64 to 2^64. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { e4m3Table } from './tables';

/** High and low byte of the bf16 of each e2m1 code. */
const E2M1_HIGH: usize = memory.data<u8>([0, 0x3f, 0x3f, 0x3f, 0x40, 0x40, 0x40, 0x40, 0x80, 0xbf, 0xbf, 0xbf, 0xc0, 0xc0, 0xc0, 0xc0]);
const E2M1_LOW: usize = memory.data<u8>([0, 0, 0x80, 0xc0, 0, 0x40, 0x80, 0xc0, 0, 0, 0x80, 0xc0, 0, 0x40, 0x80, 0xc0]);

const SMALLEST_SCALE: i32 = 63;
const LARGEST_SCALE: i32 = 191;

@inline
function storeBf16Pairs(out: usize, columns: v128, scale: v128): void {
  v128.store(out, f32x4.mul(i32x4.shl(i32x4.extend_low_i16x8_u(columns), 16), scale));
  v128.store(out, f32x4.mul(i32x4.shl(i32x4.extend_high_i16x8_u(columns), 16), scale), 16);
}

/**
 * FP4 entries with one ue8m0 byte per 32 columns: [dims / 2 codes][dims / 32 scales], entry after entry.
 *
 * @param index - [count] i32 entries of the page
 * @param out - [count, dims] f32
 * @returns 1, or 0 when a scale is out of range (nothing of use is written then)
 */
export function decodeFp4(page: usize, index: usize, count: i32, dims: i32, out: usize): i32 {
  const codes: usize = <usize>dims >> 1;
  const bytes: usize = codes + (<usize>dims >> 5);
  const high = v128.load(E2M1_HIGH);
  const low = v128.load(E2M1_LOW);
  const nibble = i8x16.splat(15);
  for (let j = 0; j < count; j++) {
    const entry = page + <usize>load<i32>(index + (<usize>j << 2)) * bytes;
    for (let g: usize = 0; g < <usize>dims >> 5; g++) {
      const exponent = <i32>load<u8>(entry + codes + g);
      if (exponent < SMALLEST_SCALE || exponent > LARGEST_SCALE) return 0;
      const scale = i32x4.splat(exponent << 23);
      const v = v128.load(entry + (g << 4));
      const even = v128.and(v, nibble);
      const odd = i8x16.shr_u(v, 4);
      const evenHigh = i8x16.swizzle(high, even), evenLow = i8x16.swizzle(low, even);
      const oddHigh = i8x16.swizzle(high, odd), oddLow = i8x16.swizzle(low, odd);
      // 16-bit numbers of the even and of the odd columns, then in turn
      const e0 = v128.shuffle<i8>(evenLow, evenHigh, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const e1 = v128.shuffle<i8>(evenLow, evenHigh, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const o0 = v128.shuffle<i8>(oddLow, oddHigh, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const o1 = v128.shuffle<i8>(oddLow, oddHigh, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      storeBf16Pairs(out, v128.shuffle<i16>(e0, o0, 0, 8, 1, 9, 2, 10, 3, 11), scale);
      storeBf16Pairs(out + 32, v128.shuffle<i16>(e0, o0, 4, 12, 5, 13, 6, 14, 7, 15), scale);
      storeBf16Pairs(out + 64, v128.shuffle<i16>(e1, o1, 0, 8, 1, 9, 2, 10, 3, 11), scale);
      storeBf16Pairs(out + 96, v128.shuffle<i16>(e1, o1, 4, 12, 5, 13, 6, 14, 7, 15), scale);
      out += 128;
    }
  }
  return 1;
}

@inline
function e4m3(code: usize): f32 {
  return load<f32>(e4m3Table + (<usize>load<u8>(code) << 2));
}

/**
 * FP8 entries: data [quantised e4m3][plain bf16 or f32] of all `entries`, then their scale bytes, one per `group` columns.
 * quantised is a multiple of 4 and of group; plain a multiple of 8.
 */
export function decodeFp8(
  page: usize, entries: i32, index: usize, count: i32, quantised: i32, group: i32, plain: i32, plainIsF32: i32, scaleBytes: i32, out: usize,
): i32 {
  const plainBytes: usize = <usize>plain << (plainIsF32 ? 2 : 1);
  const dataBytes: usize = <usize>quantised + plainBytes;
  const tail = page + <usize>entries * dataBytes;
  const one = f32x4.splat(1);
  for (let j = 0; j < count; j++) {
    const entry = <usize>load<i32>(index + (<usize>j << 2));
    let from = page + entry * dataBytes;
    const scales = tail + entry * <usize>scaleBytes;
    for (let g: usize = 0; g * <usize>group < <usize>quantised; g++) {
      const exponent = <i32>load<u8>(scales + g);
      if (exponent < SMALLEST_SCALE || exponent > LARGEST_SCALE) return 0;
      const scale = i32x4.splat(exponent << 23);
      for (const end = from + <usize>group; from < end; from += 4) {
        let v = f32x4.splat(e4m3(from));
        v = f32x4.replace_lane(v, 1, e4m3(from + 1));
        v = f32x4.replace_lane(v, 2, e4m3(from + 2));
        v = f32x4.replace_lane(v, 3, e4m3(from + 3));
        v128.store(out, f32x4.mul(v, scale));
        out += 16;
      }
    }
    if (plainIsF32) {
      memory.copy(out, from, plainBytes);
      out += plainBytes;
    } else
      for (const end = from + plainBytes; from < end; from += 16) {
        storeBf16Pairs(out, v128.load(from), one);
        out += 32;
      }
  }
  return 1;
}
