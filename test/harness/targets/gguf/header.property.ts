import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ConfigError } from '../../../../harness/ports/index.ts';
import { readGgufHeader } from '../../../../harness/targets/gguf/header.ts';
import { ggufFile } from '../../../support/gguf-file.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

const whole = ggufFile();

/** Either a header or a ConfigError, and at once. */
function readOrRefuse(path: string, bytes: Uint8Array): boolean {
  writeFileSync(path, bytes);
  try {
    readGgufHeader(path);
  } catch (error) {
    return error instanceof ConfigError;
  }
  return true;
}

describe('a damaged GGUF file', () => {
  it('is read or refused, whatever bytes of it are changed', () => {
    const path = join(temporaryFolder(), 'damaged.gguf');
    const change = fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 16 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        return readOrRefuse(path, bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read or refused when it is no GGUF file from its ninth byte on', () => {
    const path = join(temporaryFolder(), 'damaged.gguf');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (rest) =>
        readOrRefuse(path, Buffer.concat([whole.subarray(0, 8), rest])),
      ),
      { numRuns: 500 },
    );
  });
});
