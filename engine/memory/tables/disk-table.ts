/**
 * A table on disk, read row by row with positioned reads behind a small cache.
 *
 * File: 8 bytes magic "EVKMEMT1", u32 rows, u32 dim, u32 layout (0 fp8, 1 f32), u32 zero, 32 bytes table version, 32 bytes SHA-256 of
 * all before; then per row its bytes and a u32 checksum over row number and bytes. Little-endian. A row that does not check out is
 * an error that names file and row: a wrong memory is never used.
 * @module
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { murmur3Words } from '../../formats/index.ts';
import { checkRow, contentVersion, decodeRow, rowBytes } from './memory-table.ts';
import type { MemoryTable, TableContent, TableShape } from './memory-table.ts';
import { createTableCounters, RowCache } from './row-cache.ts';

const MAGIC = 'EVKMEMT1';
const HEADER_BYTES = 88;
const CHECKSUM_BYTES = 4;
const LAYOUTS = ['fp8', 'f32'] as const;
const FILE_MODE = 0o600;

export class MemoryTableError extends Error {
  readonly code = 'MEMORY_TABLE';

  constructor(at: string, expected: string, got: string) {
    super(`${at}: expected ${expected}, got ${got}. Write the table again from its checkpoint.`);
    this.name = 'MemoryTableError';
  }
}

/** Writes a table file, mode 0600; nothing half written ever has its name. */
export function writeMemoryTable(path: string, content: TableContent): void {
  const size = rowBytes(content);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(content.rows, 8);
  header.writeUInt32LE(content.dim, 12);
  header.writeUInt32LE(LAYOUTS.indexOf(content.layout), 16);
  Buffer.from(contentVersion(content), 'hex').copy(header, 24);
  createHash('sha256').update(header.subarray(0, 56)).digest().copy(header, 56);
  const temporary = `${path}.part`;
  rmSync(temporary, { force: true });
  const handle = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, FILE_MODE);
  try {
    try {
      writeSync(handle, header);
      const row = Buffer.alloc(size + CHECKSUM_BYTES);
      for (let r = 0; r < content.rows; r++) {
        row.set(content.bytes.subarray(r * size, (r + 1) * size));
        row.writeUInt32LE(rowChecksum(r, row.subarray(0, size)), size);
        writeSync(handle, row);
      }
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * The table file of this content in a folder, written if it is not there.
 *
 * @throws MemoryTableError when a file of that name holds another table
 */
export function openOrWriteTable(
  directory: string,
  version: string,
  content: TableContent,
  cacheRows: number,
): MemoryTable {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `evenkeel-memory-${version.slice(0, 16)}.table`);
  if (!existsSync(path)) writeMemoryTable(path, content);
  const table = openDiskTable(path, cacheRows);
  if (table.version === version) return table;
  table.close();
  throw new MemoryTableError(path, `table ${version}`, table.version);
}

const rowChecksum = (row: number, bytes: Uint8Array): number => murmur3Words(bytes, row)[0];

/**
 * @param cacheRows - decoded rows kept in memory
 * @throws MemoryTableError when the header is not that of a whole table file
 */
export function openDiskTable(path: string, cacheRows: number): MemoryTable {
  const handle = openSync(path, 'r');
  let header: { shape: TableShape; version: string };
  try {
    header = readHeader(handle, path);
  } catch (error) {
    closeSync(handle);
    throw error;
  }
  const { shape, version } = header;
  const size = rowBytes(shape);
  const counters = createTableCounters();
  const cache = new RowCache(cacheRows, counters);
  let open = true;
  const load = (row: number): Float32Array => {
    const bytes = Buffer.alloc(size + CHECKSUM_BYTES);
    const got = readSync(handle, bytes, 0, bytes.length, HEADER_BYTES + row * bytes.length);
    if (got !== bytes.length) throw new MemoryTableError(`${path}, row ${row}`, `${bytes.length} bytes`, String(got));
    const want = bytes.readUInt32LE(size);
    const sum = rowChecksum(row, bytes.subarray(0, size));
    if (sum !== want)
      throw new MemoryTableError(`${path}, row ${row}`, `checksum ${want.toString(16)}`, sum.toString(16));
    const values = new Float32Array(shape.dim);
    decodeRow(shape, bytes, 0, values, 0);
    return values;
  };
  return {
    ...shape,
    placement: 'disk',
    version,
    counters,
    read(row, out, at) {
      checkRow(row, shape);
      counters.reads++;
      out.set(
        cache.get(row, () => load(row)),
        at,
      );
    },
    close() {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

function readHeader(handle: number, path: string): { shape: TableShape; version: string } {
  const header = Buffer.alloc(HEADER_BYTES);
  const got = readSync(handle, header, 0, HEADER_BYTES, 0);
  if (got !== HEADER_BYTES) throw new MemoryTableError(path, `a header of ${HEADER_BYTES} bytes`, String(got));
  if (header.toString('latin1', 0, 8) !== MAGIC) throw new MemoryTableError(path, 'a memory table', 'another file');
  if (!createHash('sha256').update(header.subarray(0, 56)).digest().equals(header.subarray(56, 88)))
    throw new MemoryTableError(path, 'a header with its checksum', 'a changed header');
  const shape = {
    rows: header.readUInt32LE(8),
    dim: header.readUInt32LE(12),
    layout: LAYOUTS[header.readUInt32LE(16)],
  };
  if (LAYOUTS[header.readUInt32LE(16)] === undefined || shape.rows === 0 || shape.dim === 0)
    throw new MemoryTableError(path, 'a known layout with rows', 'none');
  const bytes = HEADER_BYTES + shape.rows * (rowBytes(shape) + CHECKSUM_BYTES);
  const { size } = fstatSync(handle);
  if (size !== bytes) throw new MemoryTableError(path, `${bytes} bytes`, String(size));
  return { shape, version: header.toString('hex', 24, 56) };
}
