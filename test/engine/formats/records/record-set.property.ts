import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseRecords,
  fakeQuantFp4Mx,
  fakeQuantFp8,
  RECORD_CHOICES,
  roundBf16InPlace,
} from '../../../../engine/formats/index.ts';
import type { RecordFormat } from '../../../../engine/formats/index.ts';

const GEOMETRY = { headDim: 512, ropeDim: 64, indexHeadDim: 128 };
const vector = (dims: number): fc.Arbitrary<Float32Array> =>
  fc
    .tuple(
      fc.array(fc.float({ noNaN: true, min: -300, max: 300 }), { minLength: 16, maxLength: 16 }),
      fc.integer({ min: -20, max: 20 }),
    )
    .map(([parts, shift]) =>
      Float32Array.from({ length: dims }, (_, i) =>
        Math.fround(parts[i % 16] * 2 ** (shift - (i % 7)) * (1 + (i % 5) / 8)),
      ),
    );
const words = (x: Float32Array): number[] => [...new Uint32Array(x.buffer, x.byteOffset, x.length)];

/** Writes to a page of several entries and reads back; the neighbours must keep their bytes. */
function throughPage(format: RecordFormat, values: Float32Array): Float32Array {
  const entries = 3;
  const page = new Uint8Array(format.pageBytes(entries));
  for (let e = 0; e < entries; e++) format.writeEntry(page, entries, e, new Float32Array(format.dims).fill(e + 1), 0);
  const others = [0, 2].map((e) => format.entryRanges(entries, e).map(([from, to]) => page.slice(from, to)));
  format.writeEntry(page, entries, 1, values, 0);
  expect([0, 2].map((e) => format.entryRanges(entries, e).map(([from, to]) => page.slice(from, to)))).toEqual(others);
  const out = new Float32Array(format.dims);
  format.readEntry(page, entries, 1, out, 0);
  expect(format.unpack(page, entries).slice(format.dims, 2 * format.dims)).toEqual(out);
  return out;
}

describe('records', () => {
  it.each([
    ['v4', 'bf16'],
    ['v4-rope-f32', 'f32'],
  ] as const)('%s: decode(encode(x)) has the bits of the fake-quantised x', (choice, rope) => {
    const { window, entry, indexKey } = chooseRecords(choice, GEOMETRY);
    fc.assert(
      fc.property(vector(512), vector(128), (x, key) => {
        const want = x.slice();
        fakeQuantFp8(want, 0, 448, 64);
        if (rope === 'bf16') roundBf16InPlace(want, 448, 512);
        expect(words(throughPage(entry, x))).toEqual(words(want));
        expect(words(throughPage(window, x))).toEqual(words(want));
        const wantKey = key.slice();
        fakeQuantFp4Mx(wantKey, 0, 128, 32);
        expect(words(throughPage(indexKey, key))).toEqual(words(wantKey));
      }),
      { numRuns: 60 },
    );
  });

  it('f32: what goes in comes out', () => {
    const { entry } = chooseRecords('f32', GEOMETRY);
    fc.assert(
      fc.property(vector(512), (x) => {
        expect(words(throughPage(entry, x))).toEqual(words(x));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['f32', 2048, 512],
    ['v4-rope-f32', 712, 68],
    ['v4', 584, 68],
    ['v41', 288, 68],
  ] as const)('%s entries have %i bytes, index keys %i', (choice, entryBytes, keyBytes) => {
    const { entry, indexKey } = chooseRecords(choice, GEOMETRY);
    expect([entry.bytesPerEntry, indexKey.bytesPerEntry]).toEqual([entryBytes, keyBytes]);
  });

  it('v41 windows have 528 bytes, v32 records 656, for a head of the right size only', () => {
    expect(chooseRecords('v41', GEOMETRY).window.bytesPerEntry).toBe(528);
    expect(chooseRecords('v32', { ...GEOMETRY, headDim: 576 }).entry.bytesPerEntry).toBe(656);
    expect(() => chooseRecords('v32', GEOMETRY)).toThrow(/head_dim 576 with 64 RoPE columns, got 512/);
    for (const choice of RECORD_CHOICES.filter((c) => c !== 'f32'))
      expect(() => chooseRecords(choice, { headDim: 100, ropeDim: 10, indexHeadDim: 40 })).toThrow(RangeError);
  });
});
