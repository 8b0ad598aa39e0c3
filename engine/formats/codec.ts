/**
 * What every number format of this room offers: whole arrays in, whole arrays out.
 * @module
 */

/** What a code without room for a value does; formats that have only one behaviour say so and ignore it. */
export type Overflow = 'saturate' | 'nan';

export interface EncodeOptions {
  /**
   * `saturate` (default): overflow and infinities give the largest finite value, every NaN the positive NaN code.
   * `nan`: overflow gives the format's own special value (e4m3fn NaN, e5m2 infinity), NaN keeps its sign.
   */
  readonly overflow: Overflow;
}

export interface Codec<Codes extends Uint8Array | Uint16Array> {
  readonly name: string;
  /**
   * Rounds to nearest, ties to even.
   *
   * @param values - [n] f32, read as bits (NaN payloads are seen)
   * @returns [n], one code per element
   */
  encode(values: Float32Array, options?: EncodeOptions): Codes;
  /** @param codes - [n] @returns [n] f32, exact */
  decode(codes: Codes): Float32Array;
}

/** Looks each code up in a table of all codes. */
export function decodeByTable(codes: Uint8Array | Uint16Array, table: Float32Array): Float32Array {
  const mask = table.length - 1;
  const out = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i] & mask];
  return out;
}
