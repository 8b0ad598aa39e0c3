/**
 * Number formats, scale rules, fake quantisation, KV records and portable math: the room's only door.
 * @module
 */
import { bf16 } from './bf16.ts';
import { e2m1 } from './e2m1.ts';
import { e4m3fn } from './e4m3fn.ts';
import { e4m3fnuz } from './e4m3fnuz.ts';
import { e5m2 } from './e5m2.ts';
import { f16 } from './f16.ts';
import { ue8m0 } from './ue8m0.ts';

/** Every codec, by name. */
export const formats = { e4m3fn, e4m3fnuz, e5m2, e2m1, ue8m0, bf16, f16 } as const;

export type { Codec, EncodeOptions, Overflow } from './codec.ts';
export { decodeBf16, encodeBf16, encodeBf16One, roundBf16, roundBf16InPlace } from './bf16.ts';
export { decodeF16One } from './f16.ts';
export { decodeE4m3, E4M3_MAX, e4m3Values, encodeE4m3, encodeE4m3One, roundE4m3 } from './e4m3fn.ts';
export { e5m2Values, encodeE5m2One } from './e5m2.ts';
export { e2m1Values, encodeE2m1, encodeE2m1One, packE2m1, roundE2m1, unpackE2m1, unpackE2m1Codes } from './e2m1.ts';
export { decodeUe8m0 } from './ue8m0.ts';
export {
  ceilToUe8m0,
  scaleCodeNvfp4,
  scaleExponentFp4Mx,
  scaleExponentFp8,
  scaleOfCodeNvfp4,
  scaleOfExponent,
} from './scale-rules.ts';
export type { ScaleRule } from './scale-rules.ts';
export { fakeQuantFp4Mx, fakeQuantFp8 } from './fake-quant.ts';
export { chooseRecords, kvBytesPerToken, RECORD_CHOICES, records, v41MainFormat } from './records/index.ts';
export type { KvSchedule, PackOptions, PageEntries, RecordChoice, RecordFormat, RecordSet } from './records/index.ts';
export { exp64, expF32, expStepTable, log1p64, log64, logF32 } from './portable-math/exp-log.ts';
export { sigmoidF32, softplusF32, tanhF32 } from './portable-math/activations.ts';
export { cosF32, sinF32 } from './portable-math/sin-cos.ts';
export { murmur3Hex, murmur3Words } from './murmur3.ts';
export { inverseFrequency } from './portable-math/inverse-frequency.ts';
