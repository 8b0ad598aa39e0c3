/**
 * The unit log `units.jsonl`: one observation a line, appended and never changed; each line is on the disk before the next unit.
 *
 * A process that dies while it writes leaves a last line without its newline: a torn line. Readers drop it and say so; the next
 * append cuts it off first. Any other damage is an error that names the line.
 *
 * A unit may stand in the log more than once: redone after an error, or twice by chance. All lines stay. The one that counts is
 * the last with status ok, else the last.
 * @module
 */
import {
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DataError } from '../ports/index.ts';
import { observation, type Observation } from '../schema/index.ts';
import { parseRecord, syncFolder, writeAll } from './json-file.ts';

/** More than any honest unit needs (measured: 100 kB for 16 requests of 16 tokens); a guard for memory. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const TAIL_BLOCK = 64 * 1024;

export interface UnitLogWriter {
  /** @throws DataError when the record could not be read again; nothing is written then */
  append(record: Observation): void;
  /** As `append`, but on the disk only after `sync`: for copies, which can be made again. */
  appendUnsynced(record: Observation): void;
  sync(): void;
  close(): void;
}

/** Opens the log for appending; creates it when it is missing and cuts off a torn last line. */
export function openUnitLog(path: string): UnitLogWriter {
  const file = openSync(path, 'a+');
  cutTornLine(file);
  syncFolder(dirname(path));
  const write = (record: Observation): void => {
    const parsed = observation.safeParse(record);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new DataError({
        code: 'DATA_UNWRITABLE',
        at: `unit ${record.unitId}, ${issue.path.join('.')}`,
        expected: 'a record that can be read again',
        got: issue.message,
        hint: 'Nothing was written; this is a defect of evenkeel or of a target.',
      });
    }
    writeAll(file, new TextEncoder().encode(`${JSON.stringify(parsed.data)}\n`));
  };
  return {
    append: (record) => {
      write(record);
      fsyncSync(file);
    },
    appendUnsynced: write,
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

export interface LoggedUnit {
  /** 1-based. */
  readonly line: number;
  /** Place of the line in the file, in bytes, without its newline. */
  readonly offset: number;
  readonly length: number;
  readonly record: Observation;
}

export interface UnitLogTail {
  /** Bytes of the last line that were dropped since its newline is missing; 0 = none. */
  readonly tornBytes: number;
}

/**
 * The lines in order, one at a time: memory is that of the longest line.
 *
 * @returns what was dropped at the end
 * @throws DataError with file and line
 */
export async function* readUnitLog(path: string): AsyncGenerator<LoggedUnit, UnitLogTail> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return { tornBytes: 0 };
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 0;
  let offset = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const bytes = Buffer.concat([...pending, chunk.subarray(from, end)]);
      pending = [];
      pendingBytes = 0;
      from = end + 1;
      line++;
      checkLength(bytes.length, path, line);
      const { length } = bytes;
      yield { line, offset, length, record: parseRecord(bytes, `${path}, line ${line}`, 'observation') };
      offset += length + 1;
    }
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    checkLength(pendingBytes, path, line + 1);
  }
  return { tornBytes: pendingBytes };
}

function checkLength(bytes: number, path: string, line: number): void {
  if (bytes > LINE_BYTES_MAX)
    throw new DataError({
      code: 'DATA_LINE_TOO_LONG',
      at: `${path}, line ${line}`,
      expected: `at most ${LINE_BYTES_MAX} bytes`,
      got: `${bytes} or more`,
      hint: 'The file was damaged, or was not written by evenkeel.',
    });
}

/** Truncates the file after its last newline. */
function cutTornLine(file: number): void {
  const { size } = fstatSync(file);
  let end = size;
  const block = Buffer.alloc(TAIL_BLOCK);
  while (end > 0) {
    const from = Math.max(0, end - TAIL_BLOCK);
    const length = readSync(file, block, 0, end - from, from);
    const newline = block.subarray(0, length).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      end = from + newline + 1;
      break;
    }
    end = from;
  }
  if (end === size) return;
  ftruncateSync(file, end);
  fsyncSync(file);
}
