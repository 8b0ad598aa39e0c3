/**
 * safetensors: u64 little-endian header length, JSON header, raw row-major data.
 *
 * A file is hostile input: every length is checked against the bytes that are really there before anything is allocated,
 * tensors may not overlap or leave holes, and a header may not be larger than 100 MB (the format's own limit).
 * @module
 */
import { CheckpointError, checkpointError } from './errors.ts';
import type { CheckpointProblem } from './errors.ts';

/** Bytes per element of the dtypes that V4 checkpoints use. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
} as const;
export type Dtype = keyof typeof DTYPE_BYTES;

export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Raw little-endian bytes; may start at any offset of its buffer, so copy before viewing as a wider type. */
  readonly bytes: Uint8Array;
  /** The file it came from, for errors. */
  readonly file: string;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Parses a whole file; tensor bytes are views, not copies.
 *
 * @throws CheckpointError naming file, tensor, expected and got
 */
export function readSafetensors(source: Uint8Array, file: string): SafetensorsFile {
  // A Node Buffer's slice() shares memory where Uint8Array's copies: from here on it is a plain Uint8Array.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (bytes.length < LENGTH_BYTES)
    throw checkpointError({ file, at: null, expected: `at least ${LENGTH_BYTES} bytes`, got: `${bytes.length} bytes` });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  const available = bytes.length - LENGTH_BYTES;
  if (headerBytes > BigInt(Math.min(available, MAX_HEADER_BYTES)))
    throw checkpointError({
      file,
      at: 'header length',
      expected: `at most ${Math.min(available, MAX_HEADER_BYTES)} bytes (the file has ${bytes.length})`,
      got: `${headerBytes} bytes`,
    });
  const headerEnd = LENGTH_BYTES + Number(headerBytes);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, headerEnd), file);
  return readTensors(header, bytes.subarray(headerEnd), file);
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw checkpointError({ file, at: 'header', expected: 'JSON in UTF-8', got: (cause as Error).message }, cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw checkpointError({ file, at: 'header', expected: 'a JSON object', got: JSON.stringify(parsed).slice(0, 40) });
  return parsed as Record<string, unknown>;
}

function readTensors(header: Record<string, unknown>, data: Uint8Array, file: string): SafetensorsFile {
  const problems: CheckpointProblem[] = [];
  const tensors = new Map<string, Tensor>();
  const spans: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = readMetadata(entry, file, problems);
      continue;
    }
    const tensor = readTensor(name, entry, data, file, problems);
    if (tensor === null) continue;
    tensors.set(name, tensor.tensor);
    spans.push({ name, begin: tensor.begin, end: tensor.end });
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let cursor = 0;
  for (const span of spans) {
    if (span.begin !== cursor)
      problems.push({
        file,
        at: span.name,
        expected: `data to begin at ${cursor} (no overlap, no hole)`,
        got: `${span.begin}`,
      });
    cursor = Math.max(cursor, span.end);
  }
  if (problems.length === 0 && cursor !== data.length)
    problems.push({
      file,
      at: 'data section',
      expected: `${cursor} bytes as the header says`,
      got: `${data.length} bytes`,
    });
  if (problems.length > 0) throw new CheckpointError(problems);
  return { tensors, metadata };
}

function readMetadata(entry: unknown, file: string, problems: CheckpointProblem[]): Record<string, string> {
  if (typeof entry === 'object' && entry !== null && Object.values(entry).every((v) => typeof v === 'string'))
    return entry as Record<string, string>;
  problems.push({ file, at: '__metadata__', expected: 'an object of strings', got: typeof entry });
  return {};
}

function readTensor(
  name: string,
  entry: unknown,
  data: Uint8Array,
  file: string,
  problems: CheckpointProblem[],
): { tensor: Tensor; begin: number; end: number } | null {
  const fail = (expected: string, got: unknown): null => {
    problems.push({
      file,
      at: name,
      expected,
      got: got === undefined ? 'nothing' : (JSON.stringify(got)?.slice(0, 80) ?? 'nothing'),
    });
    return null;
  };
  if (typeof entry !== 'object' || entry === null) return fail('an object {dtype, shape, data_offsets}', entry);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype))
    return fail(`a dtype of ${Object.keys(DTYPE_BYTES).join(', ')}`, dtype);
  if (!Array.isArray(shape) || !shape.every((d) => Number.isSafeInteger(d) && (d as number) >= 0))
    return fail('a shape of integers >= 0', shape);
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((o) => Number.isSafeInteger(o) && (o as number) >= 0)
  )
    return fail('data_offsets of two integers >= 0', offsets);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > data.length) return fail(`data_offsets inside the ${data.length} data bytes`, offsets);
  const elements = (shape as number[]).reduce((product, d) => product * d, 1);
  const expectedBytes = elements * DTYPE_BYTES[dtype as Dtype];
  if (expectedBytes !== end - begin)
    return fail(`${expectedBytes} bytes for ${dtype} [${shape.join(', ')}]`, end - begin);
  const tensor: Tensor = {
    name,
    dtype: dtype as Dtype,
    shape: shape as number[],
    bytes: data.subarray(begin, end),
    file,
  };
  return { tensor, begin, end };
}

export type TensorToWrite = Pick<Tensor, 'name' | 'dtype' | 'shape' | 'bytes'>;

/** Writes one file: tensors in the given order, header padded with spaces to 8 bytes. Equal input gives equal bytes. */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let cursor = 0;
  for (const t of tensors) {
    const expected = t.shape.reduce((product, d) => product * d, 1) * DTYPE_BYTES[t.dtype];
    if (expected !== t.bytes.length)
      throw new RangeError(
        `${t.name}: expected ${expected} bytes for ${t.dtype} [${t.shape.join(', ')}], got ${t.bytes.length}`,
      );
    if (Object.hasOwn(header, t.name)) throw new RangeError(`${t.name}: written twice`);
    header[t.name] = { dtype: t.dtype, shape: t.shape, data_offsets: [cursor, cursor + t.bytes.length] };
    cursor += t.bytes.length;
  }
  let text = JSON.stringify(header);
  let encoded = new TextEncoder().encode(text);
  const padding = (8 - (encoded.length % 8)) % 8;
  if (padding > 0) {
    text += ' '.repeat(padding);
    encoded = new TextEncoder().encode(text);
  }
  const out = new Uint8Array(LENGTH_BYTES + encoded.length + cursor);
  new DataView(out.buffer).setBigUint64(0, BigInt(encoded.length), true);
  out.set(encoded, LENGTH_BYTES);
  let at = LENGTH_BYTES + encoded.length;
  for (const t of tensors) {
    out.set(t.bytes, at);
    at += t.bytes.length;
  }
  return out;
}
