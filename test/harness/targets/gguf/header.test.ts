import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCheckpoint, writeGguf } from '../../../../engine/index.ts';
import { ConfigError } from '../../../../harness/ports/index.ts';
import { readGgufHeader } from '../../../../harness/targets/gguf/header.ts';
import { ggufFile, METADATA, text, textValue, u32, u32Value, u64, type GgufParts } from '../../../support/gguf-file.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

function stored(bytes: Uint8Array, folder = temporaryFolder()): string {
  const path = join(folder, 'model.gguf');
  writeFileSync(path, bytes);
  return path;
}

const refusal = (bytes: Uint8Array, folder?: string): string => {
  try {
    readGgufHeader(stored(bytes, folder));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

const without = (key: string): GgufParts => ({ metadata: METADATA.filter(([name]) => name !== key) });
const withKey = (key: string, value: (typeof METADATA)[number][1]): GgufParts => ({
  metadata: [...METADATA, [key, value]],
});

describe('the header of a GGUF file', () => {
  it('is read: architecture, scalars, lengths of lists, tensors by type', () => {
    const header = readGgufHeader(stored(ggufFile()));
    expect(header).toMatchObject({ version: 3, architecture: 'test', vocabSize: 260, tensorCount: 1 });
    expect(header.scalars.get('test.context_length')).toBe(128);
    expect(header.lists.get('tokenizer.ggml.tokens')).toBe(260);
    expect([...header.tensorTypes]).toEqual([['F32', 1]]);
  });

  it('is read of what writeGguf writes, to its last byte and not one fewer', () => {
    const bytes = writeGguf(buildCheckpoint({ preset: 'v4-tiny-hca128', seed: 'header' }));
    const header = readGgufHeader(stored(bytes));
    expect(header.architecture).toBe('deepseek4');
    expect(header.vocabSize).toBe(320);
    expect(header.scalars.get('general.file_type')).toBe(0);
    // the last tensor fills its last 32 bytes, so the file has no byte to spare
    expect(refusal(bytes.subarray(0, bytes.length - 1))).toMatch(/the file was cut off/);
  });

  it('is refused at every length that is not the whole file', () => {
    const whole = ggufFile();
    const folder = temporaryFolder();
    const accepted = Array.from({ length: whole.length }, (_, length) => length).filter(
      (length) => refusal(whole.subarray(0, length), folder) === 'accepted',
    );
    expect(accepted).toEqual([]);
    expect(refusal(whole)).toBe('accepted');
  });

  it.each<[string, GgufParts, RegExp]>([
    ['another magic', { magic: 'PK\x03\x04' }, /a file that begins with GGUF, got "PK/],
    ['version 1', { version: 1 }, /version 2 or 3, got 1/],
    ['a version of the other byte order', { version: 0x03000000 }, /version 2 or 3/],
    ['more tensors than any model', { tensorCount: 1n << 60n }, /at most 1000000 tensors, got 1152921504606846976/],
    ['more keys than any model', { keyCount: 1n << 63n }, /at most 100000 metadata keys/],
    ['a key that is there twice', withKey('general.name', textValue('again')), /each metadata key once/],
    ['a value of an unknown type', withKey('x', [99, u32(0)]), /a value type of GGUF at "x", got 99/],
    ['a text longer than the file', withKey('x', [8, u64(1 << 20)]), /1048576 bytes of "x"/],
    ['a text of absurd length', withKey('x', [8, u64(1n << 62n)]), /at most 16777216 bytes of "x"/],
    ['a list longer than the file', withKey('x', [9, Buffer.concat([u32(4), u64(1n << 40n)])]), /the list "x"/],
    ['a list of absurd length', withKey('x', [9, Buffer.concat([u32(4), u64(1n << 62n)])]), /a length that a file can/],
    [
      'lists in lists in lists',
      withKey('x', [9, Buffer.concat([u32(9), u64(1), u32(9), u64(1), u32(4), u64(0)])]),
      /at most 2 deep/,
    ],
    ['no architecture', without('general.architecture'), /general.architecture, a text, got nothing/],
    ['no vocabulary', without('tokenizer.ggml.tokens'), /a vocabulary/],
    ['one file of several', withKey('split.count', u32Value(3)), /a model in one file, got a part of a model in 3/],
    ['an alignment of 0', withKey('general.alignment', u32Value(0)), /general.alignment/],
    ['five dimensions', { tensor: { shape: [1n, 1n, 1n, 1n, 1n] } }, /at most 4 dimensions/],
    ['a shape whose product is absurd', { tensor: { shape: [1n << 62n, 1n << 62n, 1n << 62n] } }, /inside the file/],
    ['a tensor beyond the end', { tensor: { offset: 1n << 40n } }, /inside the file/],
    ['a tensor off its place', { tensor: { offset: 4n } }, /at a multiple of 32 bytes, got 4/],
    ['data that is cut off', { dataBytes: 31 }, /the file was cut off/],
  ])('is refused in one sentence: %s', (_name, parts, message) => {
    const told = refusal(ggufFile(parts));
    expect(told).toMatch(message);
    expect(told).toMatch(/^target\.path/);
    expect(told.split('\n')).toHaveLength(1);
  });

  it('tells a missing file and a folder apart', () => {
    const folder = temporaryFolder();
    expect(() => readGgufHeader(join(folder, 'none.gguf'))).toThrow(/nothing that can be opened/);
    expect(() => readGgufHeader(folder)).toThrow(/a GGUF file, got (no file|nothing that can be opened)/);
  });

  it('says nothing to a terminal that the file says to it', () => {
    const key = 'x\u001b[2Jy';
    const parts = { metadata: [...METADATA, [key, [99, u32(0)]], [key, [99, text('')]]] as const };
    expect(refusal(ggufFile(parts))).not.toContain('\u001b');
  });
});
