/**
 * Whole files: written at once or not at all, and read through a schema.
 *
 * A write goes to a temporary name in the same folder, reaches the disk, and is then renamed: a reader sees the old file or the
 * new one, never a part. A read that fails names the file, the place in it, what was expected and what was there.
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError, gotText } from '../ports/index.ts';
import { recordSchemas, SCHEMA_VERSION, upgradeRecord, type RecordKind, type RecordOf } from '../schema/index.ts';

/** What this room needs of a schema; every schema of harness/schema has it. */
interface RecordSchema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: RecordProblems };
}

interface RecordProblems {
  readonly issues: readonly {
    readonly code: string;
    readonly message: string;
    readonly path: readonly PropertyKey[];
    readonly keys?: readonly string[];
  }[];
}

/** A name that no process gives twice, whatever its id; see `isTemporary`. */
export const temporaryName = (): string => `.tmp-${randomBytes(9).toString('base64url')}`;

/** What a process that was killed in `writeFileAtomic` leaves behind. */
export function isTemporary(fileName: string): boolean {
  return fileName.startsWith('.tmp-');
}

/** Replaces a file as a whole, also from parts; after the return it is on the disk. Creates the folder when it is missing. */
export function writeFileAtomic(path: string, content: string | Uint8Array | Generator<string | Uint8Array>): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true });
  const temporary = join(directory, temporaryName());
  try {
    const file = openSync(temporary, 'wx');
    try {
      const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for (const part of parts) writeAll(file, typeof part === 'string' ? new TextEncoder().encode(part) : part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(directory);
}

/** The bytes of a whole buffer; one `write` may take less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at);
}

/** Makes a rename or a new file in a folder last. Windows cannot open a folder and needs no such call. */
export function syncFolder(directory: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** A record as people read it: two spaces, a final newline, keys in the schema's order. */
export function recordText<Kind extends RecordKind>(kind: Kind, record: RecordOf<Kind>, name: string): string {
  const parsed = schemaOf(kind).safeParse(record);
  if (!parsed.success)
    throw new DataError({
      ...issueWords(parsed.error, record),
      code: 'DATA_UNWRITABLE',
      at: `${name}, ${issuePlace(parsed.error)}`,
      hint: 'A record that could not be read again was not written; this is a defect of evenkeel.',
    });
  return `${JSON.stringify(parsed.data, null, 2)}\n`;
}

/**
 * Reads a JSON file through its schema. A record of an older version is upgraded; the file stays as it is.
 *
 * @throws DataError DATA_MISSING, DATA_SYNTAX, DATA_VERSION or DATA_INVALID
 */
export function readRecord<Kind extends RecordKind>(path: string, kind: Kind): RecordOf<Kind> {
  if (!existsSync(path))
    throw new DataError({
      code: 'DATA_MISSING',
      at: path,
      expected: 'a file',
      got: 'nothing there',
      hint: 'The run folder is not complete.',
    });
  return parseRecord(readFileSync(path), path, kind);
}

/**
 * Bytes of JSON -> a record of the current version.
 *
 * @param at - file, and line where there are lines; begins the message
 * @throws DataError DATA_SYNTAX, DATA_VERSION or DATA_INVALID
 */
export function parseRecord<Kind extends RecordKind>(bytes: Uint8Array, at: string, kind: Kind): RecordOf<Kind> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    const got = cause instanceof Error ? cause.message.split('\n', 1)[0].slice(0, 120) : String(cause);
    throw new DataError({
      code: 'DATA_SYNTAX',
      at,
      expected: 'JSON in UTF-8',
      got,
      hint: 'The file was damaged or edited.',
      cause,
    });
  }
  const upgraded = upgradeRecord(kind, value);
  if (upgraded.kind !== 'upgraded')
    throw new DataError({
      code: 'DATA_VERSION',
      at: `${at}, schemaVersion`,
      expected: `a version from 1 to ${SCHEMA_VERSION}`,
      got: gotText(upgraded.version),
      hint:
        upgraded.kind === 'newer'
          ? 'A newer evenkeel wrote it; read it with that version.'
          : 'The record was damaged, edited, or written by something else.',
    });
  const parsed = schemaOf(kind).safeParse(upgraded.value);
  if (parsed.success) return parsed.data;
  throw new DataError({
    ...issueWords(parsed.error, upgraded.value),
    code: 'DATA_INVALID',
    at: `${at}, ${issuePlace(parsed.error)}`,
    hint: 'The record was damaged, edited, or written by something else.',
    cause: parsed.error,
  });
}

// The table's type for a kind that is not known yet is a union of all; each entry's own output is what RecordOf names.
function schemaOf<Kind extends RecordKind>(kind: Kind): RecordSchema<RecordOf<Kind>> {
  return recordSchemas[kind] as unknown as RecordSchema<RecordOf<Kind>>;
}

function issuePlace(error: RecordProblems): string {
  const path = error.issues[0].path;
  return path.length === 0
    ? 'record'
    : path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join('.');
}

function issueWords(error: RecordProblems, root: unknown): { expected: string; got: string } {
  const [issue] = error.issues;
  let at: unknown = root;
  for (const key of issue.path)
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined;
  if (issue.keys !== undefined)
    return { expected: 'known keys only', got: `the unknown key ${gotText(issue.keys[0])}` };
  return { expected: issue.message.replace(/^Invalid input: expected /, ''), got: gotText(at) };
}
