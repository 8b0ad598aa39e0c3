/**
 * A bundle as one zip file, to be sent; and back, without trust: names stay inside, and what an archive unpacks to has a limit.
 *
 * Entries are sorted and have one date, so that equal folders give equal archives (of one version of the packer).
 * @module
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Unzip, UnzipInflate, UnzipPassThrough, Zip, ZipDeflate, type UnzipFile } from 'fflate';
import { DataError } from '../ports/index.ts';

/** The earliest day that a zip can say, at noon, whatever the time zone. */
const DATE = new Date(1980, 0, 1, 12);
/** A zip without its 64-bit extension. */
const BYTES_MAX = 4 * 1024 ** 3 - 1;
const FILES_MAX = 1_000_000;

export const isZip = (path: string): boolean => /\.zip$/i.test(path);

/** Packs a folder, in the memory of one file at a time. @throws DataError AUDIT_ZIP when it is too large for a zip */
export async function packZip(folder: string, path: string): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    await pipeline(Readable.from(partsOf(folder, path)), createWriteStream(temporary));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function* partsOf(folder: string, path: string): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error !== null) throw error;
    ready.push(part);
  });
  let bytes = 0;
  function* taken(): Generator<Uint8Array> {
    const parts = ready;
    ready = [];
    for (const part of parts) {
      bytes += part.length;
      yield part;
    }
  }
  for (const name of namesOf(folder)) {
    const content = readFileSync(join(folder, name));
    const entry = new ZipDeflate(name, { level: 6 });
    entry.mtime = DATE;
    zip.add(entry);
    entry.push(content, true);
    yield* taken();
    if (content.length > BYTES_MAX || bytes > BYTES_MAX)
      throw damaged(path, `a bundle of at most ${BYTES_MAX} bytes`, 'more', 'Send the folder as it is, or as a tar.');
  }
  zip.end();
  yield* taken();
}

function namesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** Unpacks into an empty folder. @throws DataError AUDIT_ZIP */
export async function unpackZip(path: string, into: string): Promise<void> {
  let files = 0;
  let bytes = 0;
  let open = 0;
  const unzip = new Unzip((file) => {
    if (file.name.endsWith('/')) return;
    checkName(file.name, path);
    if (++files > FILES_MAX) throw damaged(path, `at most ${FILES_MAX} files`, 'more');
    open++;
    writeEntry(file, join(into, file.name), {
      onBytes: (count) => {
        bytes += count;
        if (bytes > BYTES_MAX) throw damaged(path, `files of at most ${BYTES_MAX} bytes`, 'more');
      },
      onEnd: () => open--,
    });
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) unzip.push(chunk);
    unzip.push(new Uint8Array(0), true);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw damaged(path, 'a zip file', cause instanceof Error ? cause.message : String(cause), undefined, cause);
  }
  if (files === 0) throw damaged(path, 'a zip file with files', 'none');
  if (open > 0) throw damaged(path, 'a whole zip file', 'one that ends within a file');
}

interface EntryEvents {
  readonly onBytes: (count: number) => void;
  readonly onEnd: () => void;
}

function writeEntry(file: UnzipFile, path: string, { onBytes, onEnd }: EntryEvents): void {
  mkdirSync(dirname(path), { recursive: true });
  const out = openSync(path, 'wx');
  file.ondata = (error, chunk, final) => {
    if (error !== null) {
      closeSync(out);
      throw error;
    }
    onBytes(chunk.length);
    for (let at = 0; at < chunk.length;) at += writeSync(out, chunk, at);
    if (!final) return;
    closeSync(out);
    onEnd();
  };
  file.start();
}

/** Relative, with `/`, and of plain parts: what `packZip` writes. */
function checkName(name: string, path: string): void {
  const plain = name.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));
  if (!plain) throw damaged(path, 'names inside the archive', JSON.stringify(name.slice(0, 100)));
}

function damaged(path: string, expected: string, got: string, hint?: string, cause?: unknown): DataError {
  return new DataError({
    code: 'AUDIT_ZIP',
    at: path,
    expected,
    got,
    hint: hint ?? 'Ask for the bundle again, or verify its folder.',
    ...(cause === undefined ? {} : { cause }),
  });
}
