/**
 * The header of a GGUF file: version, metadata, and where its tensors lie. Read here, within limits, before native code sees the file.
 *
 * It is checked that the file is long enough for all that its header names, so that a download that broke off is told as such. Lists
 * (vocabulary, merges, scores) are walked through and only counted. Source: the GGUF format, versions 2 and 3 (ggml docs/gguf.md).
 * @module
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { ConfigError } from '../../ports/index.ts';
import { createByteCursor, CursorError, type ByteCursor } from './byte-cursor.ts';
import { TENSOR_TYPES } from './tensor-types.ts';

const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
/** Far above any real file: vocabularies of 262,144 tokens with their merges take some 20 MB, and models some thousand tensors. */
const LIMITS = {
  headerBytes: 512 * 1024 * 1024,
  keys: 100_000,
  tensors: 1_000_000,
  nameBytes: 65_535,
  textBytes: 16 * 1024 * 1024,
  listDepth: 2,
  alignment: 1 << 20,
} as const;
const ALIGNMENT_DEFAULT = 32;
const DIMENSIONS_MAX = 4;
const TEXT = 8;
const LIST = 9;
/** Bytes of the value types of fixed size, by number. */
const VALUE_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

export type GgufScalar = string | number | bigint | boolean;

export interface GgufHeader {
  readonly version: number;
  readonly sizeBytes: number;
  readonly architecture: string;
  /** Scalars and texts of the metadata. */
  readonly scalars: ReadonlyMap<string, GgufScalar>;
  /** Lengths of the lists of the metadata. */
  readonly lists: ReadonlyMap<string, number>;
  readonly vocabSize: number;
  readonly tensorCount: number;
  /** Tensors of each type, by its name, most frequent first. */
  readonly tensorTypes: ReadonlyMap<string, number>;
}

/** @throws ConfigError when there is no such file, or it is no whole GGUF file of a text model */
export function readGgufHeader(path: string): GgufHeader {
  const refuse = (expected: string, got: string, hint: string, cause?: unknown): ConfigError =>
    new ConfigError({ code: 'TARGET_GGUF', at: `target.path (${path})`, expected, got, hint, cause });
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw refuse('a GGUF file', 'nothing that can be opened', 'The path is relative to the config file.', cause);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refuse('a GGUF file', 'no file', 'The path names a folder or a device.');
    return parse(createByteCursor(fd, { sizeBytes: stat.size, headerBytesMax: LIMITS.headerBytes }), stat.size);
  } catch (error) {
    if (!(error instanceof CursorError)) throw error;
    throw refuse(error.expected, error.got, 'The file is damaged, was cut off, or is no GGUF file: fetch it again.');
  } finally {
    closeSync(fd);
  }
}

function parse(cursor: ByteCursor, sizeBytes: number): GgufHeader {
  const magic = bytesText(cursor.take(4, 'the magic number'));
  if (magic !== MAGIC) throw new CursorError('a file that begins with GGUF', quoted(magic));
  const version = u32(cursor, 'the version');
  if (!VERSIONS.includes(version)) throw new CursorError(`GGUF of version ${VERSIONS.join(' or ')}`, String(version));
  const tensorCount = count(cursor, 'tensors', LIMITS.tensors);
  const keyCount = count(cursor, 'metadata keys', LIMITS.keys);
  const scalars = new Map<string, GgufScalar>();
  const lists = new Map<string, number>();
  for (let i = 0; i < keyCount; i++) {
    const key = text(cursor, `the name of metadata key ${i}`, LIMITS.nameBytes);
    if (scalars.has(key) || lists.has(key)) throw new CursorError('each metadata key once', `${quoted(key)} again`);
    const type = u32(cursor, `the type of ${quoted(key)}`);
    if (type === LIST) lists.set(key, passList(cursor, quoted(key), 1));
    else scalars.set(key, scalar(cursor, type, quoted(key)));
  }
  const architecture = scalars.get('general.architecture');
  if (typeof architecture !== 'string' || architecture === '')
    throw new CursorError('metadata general.architecture, a text', quoted(architecture));
  const parts = scalars.get('split.count');
  if (parts !== undefined && Number(parts) > 1)
    throw new CursorError('a model in one file', `a part of a model in ${String(parts)} files`);
  const vocabSize = lists.get('tokenizer.ggml.tokens') ?? 0;
  if (vocabSize < 1) throw new CursorError('a vocabulary, tokenizer.ggml.tokens', 'none');
  const tensorTypes = passTensors(cursor, { tensorCount, sizeBytes, alignment: alignmentOf(scalars) });
  return { version, sizeBytes, architecture, scalars, lists, vocabSize, tensorCount, tensorTypes };
}

function passTensors(
  cursor: ByteCursor,
  { tensorCount, sizeBytes, alignment }: { tensorCount: number; sizeBytes: number; alignment: number },
): Map<string, number> {
  const counts = new Map<string, number>();
  let end = { bytes: 0, name: '' };
  for (let i = 0; i < tensorCount; i++) {
    const name = text(cursor, `the name of tensor ${i}`, LIMITS.nameBytes);
    const at = `tensor ${quoted(name)}`;
    const dimensions = u32(cursor, `the dimensions of ${at}`);
    if (dimensions > DIMENSIONS_MAX)
      throw new CursorError(`at most ${DIMENSIONS_MAX} dimensions of ${at}`, String(dimensions));
    let values = 1n;
    for (let d = 0; d < dimensions; d++) values *= u64(cursor, `the shape of ${at}`);
    const type = u32(cursor, `the type of ${at}`);
    const offset = u64(cursor, `the place of ${at}`);
    if (offset % BigInt(alignment) !== 0n)
      throw new CursorError(`${at} at a multiple of ${alignment} bytes`, String(offset));
    const known = TENSOR_TYPES.get(type);
    const bytes = known === undefined ? 0n : (values / BigInt(known.values)) * BigInt(known.bytes);
    // compared before it is a number: a product of four sizes of 64 bits fits in none
    if (offset + bytes > BigInt(sizeBytes))
      throw new CursorError(`${at} inside the file of ${sizeBytes} bytes`, `an end at ${offset + bytes}`);
    if (Number(offset + bytes) >= end.bytes) end = { bytes: Number(offset + bytes), name };
    const typeName = known?.name ?? `type ${type}`;
    counts.set(typeName, (counts.get(typeName) ?? 0) + 1);
  }
  const dataStart = Math.ceil(cursor.at() / alignment) * alignment;
  if (tensorCount > 0 && dataStart + end.bytes > sizeBytes)
    throw new CursorError(
      `${dataStart + end.bytes} bytes, to the end of tensor ${quoted(end.name)}`,
      `${sizeBytes}: the file was cut off`,
    );
  return new Map([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** Walks through a list; its length. */
function passList(cursor: ByteCursor, key: string, depth: number): number {
  if (depth > LIMITS.listDepth) throw new CursorError(`lists in ${key} at most ${LIMITS.listDepth} deep`, 'more');
  const type = u32(cursor, `the type of the list ${key}`);
  const length = safe(u64(cursor, `the length of the list ${key}`), `the length of the list ${key}`);
  const itemBytes = VALUE_BYTES.get(type);
  if (itemBytes !== undefined) cursor.skip(length * itemBytes, `the list ${key}`);
  else if (type === TEXT)
    for (let i = 0; i < length; i++) {
      const what = `item ${i} of the list ${key}`;
      cursor.skip(safe(u64(cursor, what), what), what);
    }
  else if (type === LIST) for (let i = 0; i < length; i++) passList(cursor, key, depth + 1);
  else throw new CursorError(`a value type of GGUF in the list ${key}`, String(type));
  return length;
}

function scalar(cursor: ByteCursor, type: number, key: string): GgufScalar {
  if (type === TEXT) return text(cursor, key, LIMITS.textBytes);
  const bytes = VALUE_BYTES.get(type);
  if (bytes === undefined) throw new CursorError(`a value type of GGUF at ${key}`, String(type));
  const value = cursor.take(bytes, key);
  switch (type) {
    case 0:
      return value.getUint8(0);
    case 1:
      return value.getInt8(0);
    case 2:
      return value.getUint16(0, true);
    case 3:
      return value.getInt16(0, true);
    case 4:
      return value.getUint32(0, true);
    case 5:
      return value.getInt32(0, true);
    case 6:
      return value.getFloat32(0, true);
    case 7:
      return value.getUint8(0) !== 0;
    case 10:
      return value.getBigUint64(0, true);
    case 11:
      return value.getBigInt64(0, true);
    default:
      return value.getFloat64(0, true);
  }
}

const u32 = (cursor: ByteCursor, what: string): number => cursor.take(4, what).getUint32(0, true);
const u64 = (cursor: ByteCursor, what: string): bigint => cursor.take(8, what).getBigUint64(0, true);

function count(cursor: ByteCursor, what: string, most: number): number {
  const value = u64(cursor, `the number of ${what}`);
  if (value > BigInt(most)) throw new CursorError(`at most ${most} ${what}`, String(value));
  return Number(value);
}

/** A length that may be compared with the file's. */
function safe(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new CursorError(`a length that a file can have for ${what}`, `${value}`);
  return Number(value);
}

function text(cursor: ByteCursor, what: string, most: number): string {
  const length = u64(cursor, what);
  if (length > BigInt(most)) throw new CursorError(`at most ${most} bytes of ${what}`, String(length));
  return bytesText(cursor.take(Number(length), what));
}

const bytesText = (bytes: DataView): string =>
  new TextDecoder().decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** A name from the file in a message: short, and nothing that a terminal would act on. */
function quoted(value: GgufScalar | undefined): string {
  const words = value === undefined ? 'nothing' : typeof value === 'string' ? JSON.stringify(value) : String(value);
  const plain = words.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 80 ? `${plain.slice(0, 77)}...` : plain;
}

function alignmentOf(scalars: ReadonlyMap<string, GgufScalar>): number {
  const value = scalars.get('general.alignment') ?? ALIGNMENT_DEFAULT;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 8 || value > LIMITS.alignment || value % 8 !== 0)
    throw new CursorError(`general.alignment, a multiple of 8 up to ${LIMITS.alignment}`, quoted(value));
  return value;
}
