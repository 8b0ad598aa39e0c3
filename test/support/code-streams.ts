/**
 * The named code streams of golden/codecs, made by our encoders: what they list column by column and hash over all 2^32 inputs.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formats } from '../../engine/formats/index.ts';
import { goldenDir, readJson } from './golden.ts';

type Codes = Uint8Array | Uint16Array;

/** Encoders by golden name. `e2m1fn` saturates under both names, since the format has nothing else. */
export const codeStreams: Readonly<Record<string, (values: Float32Array) => Codes>> = {
  bf16_rne: (x) => formats.bf16.encode(x),
  f16_rne: (x) => formats.f16.encode(x),
  e4m3fn_nonsat: (x) => formats.e4m3fn.encode(x, { overflow: 'nan' }),
  e4m3fn_satfinite: (x) => formats.e4m3fn.encode(x, { overflow: 'saturate' }),
  e4m3fn_nonsat_canonnan: (x) => canonicalNan(formats.e4m3fn.encode(x, { overflow: 'nan' }), x, 0x7f),
  e4m3fnuz_nonsat: (x) => formats.e4m3fnuz.encode(x, { overflow: 'nan' }),
  e5m2_nonsat: (x) => formats.e5m2.encode(x, { overflow: 'nan' }),
  e5m2_satfinite: (x) => formats.e5m2.encode(x, { overflow: 'saturate' }),
  e8m0fnu_nonsat: (x) => formats.ue8m0.encode(x),
  e2m1fn_sat: (x) => formats.e2m1.encode(x),
  e2m1fn_nonsat: (x) => formats.e2m1.encode(x),
};

/** The 16-bit streams are hashed with every NaN as one code. */
const HASHED_NAN: Readonly<Record<string, number>> = { bf16_rne: 0x7fc0, f16_rne: 0x7e00 };

function canonicalNan<C extends Codes>(codes: C, inputs: Float32Array, nan: number): C {
  for (let i = 0; i < inputs.length; i++) if (inputs[i] !== inputs[i]) codes[i] = nan;
  return codes;
}

export const CHUNK_INPUTS = 2 ** 24;

const chunkWords = new Uint32Array(CHUNK_INPUTS);
const chunkValues = new Float32Array(chunkWords.buffer);

/** The code bytes (little-endian) of the 2^24 inputs whose top byte is `chunk`. */
export function streamChunk(name: string, chunk: number): Uint8Array {
  const encode = codeStreams[name];
  if (encode === undefined) throw new Error(`no encoder for the golden stream ${name}`);
  for (let i = 0; i < CHUNK_INPUTS; i++) chunkWords[i] = chunk * CHUNK_INPUTS + i;
  const codes = encode(chunkValues);
  const nan = HASHED_NAN[name];
  if (nan !== undefined) canonicalNan(codes, chunkValues, nan);
  return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
}

export interface StreamHashes {
  readonly bytes: number;
  readonly sha256_total: string;
  readonly 'sha256_chunks_of_2^24_inputs': readonly string[];
}

/** The hashes of every stream, or null when the golden folder has none (the file is in the open part only). */
export function exhaustiveHashes(): Record<string, StreamHashes> | null {
  const path = join(goldenDir(), 'codecs/exhaustive_sha256.json');
  return existsSync(path) ? readJson<Record<string, StreamHashes>>(path) : null;
}
