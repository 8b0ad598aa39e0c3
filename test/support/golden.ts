/**
 * Golden data for tests: where the folder is, a small safetensors reader, a JSON reader.
 *
 * The folder is `EVENKEEL_GOLDEN` (default `test/golden`), so that the same tests run over other files of the same format.
 * Independent of the engine's own reader on purpose: a test must not read its truth through the code it tests.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The golden folder, absolute. */
export const goldenDir = (): string => resolve(process.env['EVENKEEL_GOLDEN'] ?? 'test/golden');

/** Whether the folder is the project's own, whose areas must all be there; another one may hold a part of them. */
export const isOwnGolden = (): boolean => process.env['EVENKEEL_GOLDEN'] === undefined;

/** Files of one golden area whose names match, as absolute paths in name order; empty when the area is absent. */
export function goldenFiles(area: string, pattern: RegExp): string[] {
  const folder = join(goldenDir(), area);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Reads a JSON file; a relative path is taken from the golden folder. */
export function readJson<T = unknown>(path: string): T {
  return JSON.parse(readFileSync(resolve(goldenDir(), path), 'utf8')) as T;
}

/** Raw bytes in a buffer of their own, so that any typed array can view them; a relative path is taken from the golden folder. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(resolve(goldenDir(), path)));
}

export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Little-endian bytes, copied: offset 0 of their own buffer. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** F32 tensors only. */
  f32(): Float32Array;
  /** I32 tensors only. */
  i32(): Int32Array;
  /** Any dtype as numbers; F8_E4M3 and F8_E8M0 give their codes; I64 must be a safe integer. */
  numbers(): number[];
}

export interface GoldenSafetensors {
  readonly tensors: Map<string, GoldenTensor>;
  readonly metadata: Record<string, string>;
}

const BYTES_OF: Record<string, number> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E5M2: 1,
};

const READ: Record<string, (view: DataView, at: number) => number> = {
  F64: (v, at) => v.getFloat64(at, true),
  F32: (v, at) => v.getFloat32(at, true),
  I32: (v, at) => v.getInt32(at, true),
  I8: (v, at) => v.getInt8(at),
  I64: (v, at) => {
    const big = v.getBigInt64(at, true);
    if (BigInt(Number(big)) !== big) throw new RangeError(`I64 value ${big} is not a safe integer`);
    return Number(big);
  },
  BF16: (v, at) => {
    const widened = new DataView(new ArrayBuffer(4));
    widened.setUint32(0, v.getUint16(at, true) * 65536, true);
    return widened.getFloat32(0, true);
  },
  F16: (v, at) => v.getUint16(at, true),
};

class Tensor implements GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;

  constructor(dtype: string, shape: readonly number[], data: Uint8Array<ArrayBuffer>) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  f32(): Float32Array {
    this.expect('F32');
    return Float32Array.from(this.numbers());
  }

  i32(): Int32Array {
    this.expect('I32');
    return Int32Array.from(this.numbers());
  }

  numbers(): number[] {
    const size = BYTES_OF[this.dtype];
    if (size === undefined) throw new TypeError(`golden reader knows no dtype ${this.dtype}`);
    const read = READ[this.dtype] ?? ((v: DataView, at: number) => v.getUint8(at));
    const view = new DataView(this.data.buffer);
    return Array.from({ length: this.data.length / size }, (_, i) => read(view, i * size));
  }

  private expect(dtype: string): void {
    if (this.dtype !== dtype) throw new TypeError(`expected a ${dtype} tensor, got ${this.dtype}`);
  }
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Reads a whole safetensors file; a relative path is taken from the golden folder. */
export function readSafetensors(path: string): GoldenSafetensors {
  const file = readBytes(path);
  const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes))) as Record<string, HeaderEntry>;
  const tensors = new Map<string, GoldenTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = entry as unknown as Record<string, string>;
      continue;
    }
    const [from, to] = entry.data_offsets;
    tensors.set(name, new Tensor(entry.dtype, entry.shape, file.slice(8 + headerBytes + from, 8 + headerBytes + to)));
  }
  return { tensors, metadata };
}
