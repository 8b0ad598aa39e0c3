/**
 * Reads a file from its beginning in small steps, and never more than there is: a length in the file is not believed before the bytes
 * are there, and no buffer is made of a size that the file asks for.
 * @module
 */
import { readSync } from 'node:fs';

const WINDOW_BYTES = 1 << 20;

/** The file ended, or a limit was passed, before what was asked for. */
export class CursorError extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.name = 'CursorError';
    this.expected = expected;
    this.got = got;
  }
}

export interface ByteCursor {
  /** Bytes read so far. */
  readonly at: () => number;
  /** @throws CursorError when the file has fewer; `what` names them */
  readonly take: (bytes: number, what: string) => DataView;
  /** Passes over bytes without keeping them. */
  readonly skip: (bytes: number, what: string) => void;
}

/** @param limits - the file's size, and how far a header may reach */
export function createByteCursor(fd: number, limits: { sizeBytes: number; headerBytesMax: number }): ByteCursor {
  let window = Buffer.alloc(0);
  let windowStart = 0;
  let at = 0;
  const check = (bytes: number, what: string): void => {
    if (at + bytes > limits.sizeBytes)
      throw new CursorError(`${bytes} bytes of ${what} at ${at}`, `${limits.sizeBytes - at} before the file's end`);
    if (at + bytes > limits.headerBytesMax)
      throw new CursorError(`a header of at most ${limits.headerBytesMax} bytes`, `more, at ${what}`);
  };
  return {
    at: () => at,
    take: (bytes, what) => {
      check(bytes, what);
      if (at < windowStart || at + bytes > windowStart + window.length) {
        const wanted = Math.min(Math.max(WINDOW_BYTES, bytes), limits.sizeBytes - at);
        const next = Buffer.alloc(wanted);
        const read = readSync(fd, next, 0, wanted, at);
        if (read < bytes) throw new CursorError(`${bytes} bytes of ${what} at ${at}`, `${read}: the file shrank`);
        window = next.subarray(0, read);
        windowStart = at;
      }
      const view = new DataView(window.buffer, window.byteOffset + at - windowStart, bytes);
      at += bytes;
      return view;
    },
    skip: (bytes, what) => {
      check(bytes, what);
      at += bytes;
    },
  };
}
