/**
 * Run archives: a run folder as one `.tar.gz`, to be carried from machine to machine. Written here, or by `tar czf`.
 *
 * An archive comes from elsewhere and is believed in nothing: of its entries only the files of a run folder are taken, by name, and
 * only as plain files; a path that leads out, a link or a cut archive is an error. Reading takes the memory of one chunk.
 * Source: POSIX ustar; of its extensions the long names of GNU tar ('L') and pax ('x', `path`).
 * @module
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { DataError } from '../ports/index.ts';
import { writeAll } from './json-file.ts';

const BLOCK = 512;
const CHUNK = 256 * 1024;
/** A long name; anything longer is no name. */
const NAME_BYTES_MAX = 64 * 1024;
/** What a run folder is made of; reports and verdicts are made again from these. */
const RUN_FILE = /^(manifest\.json|plan\.json|units\.jsonl|blobs\/[0-9a-f]{2}\/[0-9a-f]{64})$/;

export function isRunArchive(path: string): boolean {
  return /\.(tar\.gz|tgz)$/i.test(path);
}

/**
 * Unpacks the files of a run folder into an empty folder.
 *
 * @throws DataError DATA_ARCHIVE
 */
export async function unpackRunArchive(path: string, into: string): Promise<string> {
  const bytes = chunksOf(path);
  let longName: string | null = null;
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (header === null || header.every((byte) => byte === 0)) break;
    const { name, size, type } = readHeader(header, path);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L' || type === 'x') {
      if (size > NAME_BYTES_MAX) throw damaged(path, 'a name that is a name', `one of ${size} bytes`);
      const content = await bytes.need(padded);
      const text = content.subarray(0, size).toString('utf8');
      longName = type === 'L' ? text.replace(/\0.*$/s, '') : (paxPath(text) ?? longName);
      continue;
    }
    const file = type === '0' || type === '\0' ? runFile(longName ?? name, path) : null;
    if ((type === '1' || type === '2') && RUN_FILE.test(inFolder(longName ?? name)))
      throw damaged(path, 'plain files', `the link ${longName ?? name}`);
    longName = null;
    if (file === null) await bytes.pass(padded, () => undefined);
    else await writeEntry(join(into, file), bytes, size, padded);
  }
  if (!existsSync(join(into, 'manifest.json'))) throw damaged(path, 'a run folder with manifest.json', 'none');
  return into;
}

/** Packs the files of a run folder, in the memory of one file at a time; equal folders give equal bytes. */
export async function packRunArchive(directory: string, path: string): Promise<void> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => RUN_FILE.test(file))
    .sort();
  function* parts(): Generator<Buffer> {
    for (const file of files) {
      const { size } = statSync(join(directory, file));
      yield headerOf(file, size);
      yield* contentOf(join(directory, file), size);
      yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
    }
    yield Buffer.alloc(2 * BLOCK);
  }
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    await pipeline(Readable.from(parts()), createGzip(), createWriteStream(temporary));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The first `size` bytes of a file, chunk by chunk. */
function* contentOf(path: string, size: number): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < size;) {
      const chunk = Buffer.alloc(Math.min(CHUNK, size - at));
      const got = readSync(file, chunk, 0, chunk.length, at);
      if (got === 0) throw new Error(`${path}: the file became shorter while it was packed`);
      at += got;
      yield chunk.subarray(0, got);
    }
  } finally {
    closeSync(file);
  }
}

async function writeEntry(path: string, bytes: Chunks, size: number, padded: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    let left = size;
    await bytes.pass(padded, (chunk) => {
      writeAll(file, chunk.subarray(0, Math.min(left, chunk.length)));
      left -= Math.min(left, chunk.length);
    });
  } finally {
    closeSync(file);
  }
}

/** The name inside a run folder; the archive may hold the folder itself. */
function inFolder(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const whole = parts.join('/');
  return RUN_FILE.test(whole) ? whole : parts.slice(1).join('/');
}

/** Null for a file that no analysis needs. */
function runFile(name: string, path: string): string | null {
  if (name.startsWith('/') || name.split('/').includes('..'))
    throw damaged(path, 'names inside the archive', JSON.stringify(name.slice(0, 100)));
  const file = inFolder(name);
  return RUN_FILE.test(file) ? file : null;
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

function readHeader(header: Buffer, path: string): Header {
  const text = (from: number, length: number): string =>
    header
      .subarray(from, from + length)
      .toString('utf8')
      .replace(/\0.*$/s, '');
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at];
  const size = octal(124, 12);
  if (sum !== octal(148, 8) || !Number.isSafeInteger(size)) throw damaged(path, 'a tar header', 'other bytes');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size,
    type: String.fromCharCode(header[156]),
  };
}

/** Owner, mode and time are the same for all, so that equal folders give equal archives. */
function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** `27 path=long/name\n` among other records. */
function paxPath(text: string): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? null;
}

interface Chunks {
  /** Null at the end. */
  take(bytes: number): Promise<Buffer | null>;
  need(bytes: number): Promise<Buffer>;
  pass(bytes: number, sink: (chunk: Buffer) => void): Promise<void>;
}

function chunksOf(path: string): Chunks {
  const stream = createReadStream(path).on('error', (error) => unzipped.destroy(error));
  const unzipped = stream.pipe(createGunzip());
  const source = unzipped[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let pending: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    let next: IteratorResult<Buffer>;
    try {
      next = await source.next();
    } catch (cause) {
      throw damaged(path, 'gzip', cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (next.done === true) return false;
    pending = pending.length === 0 ? next.value : Buffer.concat([pending, next.value]);
    return true;
  };
  const pass: Chunks['pass'] = async (bytes, sink) => {
    for (let left = bytes; left > 0;) {
      if (pending.length === 0 && !(await more())) throw damaged(path, `${left} more bytes`, 'the end of the archive');
      const chunk = pending.subarray(0, left);
      pending = pending.subarray(chunk.length);
      left -= chunk.length;
      sink(chunk);
    }
  };
  const need = async (bytes: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    await pass(bytes, (chunk) => parts.push(Buffer.from(chunk)));
    return Buffer.concat(parts);
  };
  return {
    pass,
    need,
    take: async (bytes) => {
      if (pending.length === 0 && !(await more())) return null;
      return need(bytes);
    },
  };
}

function damaged(path: string, expected: string, got: string, cause?: unknown): DataError {
  return new DataError({
    code: 'DATA_ARCHIVE',
    at: path,
    expected,
    got,
    hint: 'Pack a run folder with `evenkeel run --shard i/n --blob file.tar.gz` or `tar czf`.',
    ...(cause === undefined ? {} : { cause }),
  });
}
