import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../engine/formats/index.ts';
import { codeStreams, exhaustiveHashes, streamChunk } from '../../support/code-streams.ts';
import { goldenFiles, isOwnGolden, readBytes, readJson } from '../../support/golden.ts';

interface ColumnFile {
  readonly n: number;
  readonly columns: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly offset: number;
    readonly bytes: number;
  }[];
}

/** Our name of each golden decode table. */
const FORMAT_OF_TABLE: Record<string, (codes: number[]) => Float32Array> = {
  e4m3fn: (codes) => formats.e4m3fn.decode(Uint8Array.from(codes)),
  e4m3fnuz: (codes) => formats.e4m3fnuz.decode(Uint8Array.from(codes)),
  e5m2: (codes) => formats.e5m2.decode(Uint8Array.from(codes)),
  e2m1fn: (codes) => formats.e2m1.decode(Uint8Array.from(codes)),
  e8m0fnu: (codes) => formats.ue8m0.decode(Uint8Array.from(codes)),
  bf16: (codes) => formats.bf16.decode(Uint16Array.from(codes)),
  f16: (codes) => formats.f16.decode(Uint16Array.from(codes)),
};

const tableFiles = goldenFiles('codecs', /^decode_.*\.f32le\.bin$/);
const columnFiles = goldenFiles('codecs', /\.json$/).filter((path) => 'columns' in readJson<object>(path));

/** Bits with every NaN made one, so that tables compare by NaN-ness. */
const canonicalBits = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length).map((bits) =>
    (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits,
  );

describe('decode tables', () => {
  it.runIf(isOwnGolden())('has files', () => expect(tableFiles.length).toBeGreaterThan(0));

  for (const path of tableFiles) {
    const name = basename(path).replace(/^decode_|\.f32le\.bin$/g, '');
    it(`decodes every code of ${name}`, () => {
      const expected = new Float32Array(readBytes(path).buffer);
      const decode = FORMAT_OF_TABLE[name];
      if (decode === undefined) throw new Error(`no codec for the golden table ${name}`);
      const got = decode(Array.from(expected.keys()));
      expect(Buffer.from(canonicalBits(got).buffer).equals(Buffer.from(canonicalBits(expected).buffer))).toBe(true);
    });
  }
});

describe('encoders on listed inputs', () => {
  it.runIf(isOwnGolden())('has files', () => expect(columnFiles.length).toBeGreaterThan(0));

  for (const path of columnFiles) {
    const file = readJson<ColumnFile>(path);
    const bytes = readBytes(path.replace(/\.json$/, '.bin'));
    const column = (name: string): Uint8Array<ArrayBuffer> => {
      const c = file.columns.find((one) => one.name === name);
      if (c === undefined) throw new Error(`${path} has no column ${name}`);
      return bytes.slice(c.offset, c.offset + c.bytes);
    };
    const inputs = new Float32Array(column('input_f32_bits').buffer);

    for (const { name, dtype } of file.columns.filter((c) => c.name !== 'input_f32_bits')) {
      it(`${basename(path)}: ${name} is equal on all ${file.n} inputs`, () => {
        const encode = codeStreams[name];
        if (encode === undefined) throw new Error(`no encoder for the golden column ${name}`);
        const got = encode(inputs);
        const expected = dtype === 'u16le' ? new Uint16Array(column(name).buffer) : column(name);
        const different: string[] = [];
        for (let i = 0; i < inputs.length; i++) {
          if (got[i] === expected[i] || (Number.isNaN(inputs[i]) && (dtype === 'u16le' || name.startsWith('e2m1'))))
            continue;
          different.push(`${inputs[i]} -> ${got[i]}, expected ${expected[i]}`);
        }
        expect(different.slice(0, 5), `${different.length} inputs differ`).toEqual([]);
      });
    }
  }
});

/** Top bytes of the checked chunks: 128 .. 32768 with the overflow of e4m3fn, and small negative values. */
const CHUNKS = [0x43, 0xbb];

describe.skipIf(exhaustiveHashes() === null)('one chunk of 2^24 inputs against its SHA-256', () => {
  for (const [name, stream] of Object.entries(exhaustiveHashes() ?? {}))
    it(`${name}: chunks ${CHUNKS.map((c) => c.toString(16)).join(', ')}`, () => {
      for (const chunk of CHUNKS) {
        const hash = createHash('sha256').update(streamChunk(name, chunk)).digest('hex');
        expect(hash, `chunk 0x${chunk.toString(16)}`).toBe(stream['sha256_chunks_of_2^24_inputs'][chunk]);
      }
    });
});
