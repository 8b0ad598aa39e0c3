import { describe, expect, it } from 'vitest';
import { kvBytesPerToken, records } from '../../../../engine/formats/index.ts';

/** (4, 128) repeated, as the released schedules have it. */
const alternating = (pairs: number): number[] => Array.from({ length: pairs * 2 }, (_, i) => (i % 2 === 0 ? 4 : 128));

describe('sizes', () => {
  it('are those of the layout table', () => {
    const sizes = Object.values(records).map((format) => [format.name, format.dims, format.bytesPerEntry]);
    // prettier-ignore
    expect(sizes).toEqual([['v32', 576, 656], ['v4', 512, 584], ['v41Window', 512, 528], ['v41Main', 512, 288], ['indexer', 128, 68]]);
  });

  it.each([
    [1, 1152],
    [2, 1728],
    [32, 19008],
    [64, 37440],
    [256, 149760],
  ])('a V4 page of %i entries has %i bytes', (entries, bytes) => {
    expect(records.v4.pageBytes(entries)).toBe(bytes);
  });

  it('a V4.1 window page is a multiple of 512 bytes', () => {
    expect([1, 2, 64, 256].map((n) => records.v41Window.pageBytes(n))).toEqual([1024, 1536, 33792, 135168]);
  });
});

describe('layout', () => {
  it('of a V4 page: all data first, then scales and a zero byte for each entry, then zero padding', () => {
    const x = new Float32Array(2 * 512);
    x[0] = 448;
    x[447] = 2;
    x[448] = 1;
    x[512] = -1;
    const page = records.v4.pack(x);
    expect(page[0]).toBe(0x7e);
    expect(page[447]).toBe(0x78);
    expect([page[448], page[449]]).toEqual([0x80, 0x3f]);
    expect(page[576]).toBe(0xf8);
    expect(Array.from(page.subarray(1152, 1160))).toEqual([127, 105, 105, 105, 105, 105, 120, 0]);
    expect(page[1160]).toBe(119);
    expect(page.subarray(1168).every((byte) => byte === 0)).toBe(true);
  });

  it('of a V3.2 entry: codes, four little-endian float32 scales, bf16', () => {
    const x = new Float32Array(576).fill(448, 0, 128).fill(1, 512);
    const page = records.v32.pack(x);
    const view = new DataView(page.buffer);
    expect([0, 1, 2, 3].map((g) => view.getFloat32(512 + 4 * g, true))).toEqual([1, 2 ** -22, 2 ** -22, 2 ** -22]);
    expect(view.getUint16(528, true)).toBe(0x3f80);
  });

  it('of FP4 entries: pairs with the even column low, then the scales', () => {
    const key = records.indexer.pack(new Float32Array(128).fill(6, 0, 1).fill(-0.5, 1, 2));
    expect([key[0], key[1]]).toEqual([0x97, 0]);
    expect(Array.from(key.subarray(64))).toEqual([127, 1, 1, 1]);
    const main = records.v41Main.pack(new Float32Array(512).fill(6));
    expect([main[0], main[255], main[256], main[287]]).toEqual([0x77, 0x77, 0x38, 0x38]);
  });

  it('reads a page that starts anywhere in a larger buffer', () => {
    const x = Float32Array.from({ length: 576 }, (_, i) => i - 288);
    const page = records.v32.pack(x);
    const shifted = new Uint8Array(page.length + 3);
    shifted.set(page, 3);
    expect(records.v32.unpack(shifted.subarray(3), 1)).toEqual(records.v32.unpack(page, 1));
  });

  it('ignores padding when it reads', () => {
    const page = records.v4.pack(new Float32Array(512).fill(1));
    const expected = records.v4.unpack(page, 1);
    page[576 + 7] = 0xff;
    page.fill(0xaa, 584);
    expect(records.v4.unpack(page, 1)).toEqual(expected);
  });
});

describe('errors', () => {
  it.each(Object.values(records))('$name refuses wrong lengths and numbers that are not finite', (format) => {
    expect(() => format.pack(new Float32Array(format.dims - 1))).toThrow(RangeError);
    expect(() => format.pack(new Float32Array(0))).toThrow(`expected values of n * ${format.dims} elements, got 0`);
    expect(() => format.pack(new Float32Array(format.dims).fill(NaN))).toThrow(/NaN or infinity/);
    expect(() => format.unpack(new Uint8Array(format.pageBytes(2)), 1)).toThrow(/expected a page of/);
    expect(() => format.pageBytes(0)).toThrow(RangeError);
    expect(() => format.unpack(new Uint8Array(0), 0)).toThrow(/at least 1 entry/);
  });
});

describe('KV bytes per token', () => {
  it.each([
    { name: 'V4-Flash', schedule: { kind: 'v4', compressRatios: [0, 0, ...alternating(20), 4, 0] }, bytes: 3514.25 },
    {
      name: 'V4-Pro',
      schedule: { kind: 'v4', compressRatios: [128, 128, ...alternating(29), 4, 0] },
      bytes: 5031.4375,
    },
    { name: 'V3.2', schedule: { kind: 'v32', layers: 61 }, bytes: 48068 },
    { name: 'V4.1-Flash', schedule: { kind: 'v41', sourceRatios: [2, 2, 2, 1] }, bytes: 890 },
    { name: 'v4-tiny', schedule: { kind: 'v4', compressRatios: [0, 0, 4, 16, 4, 16, 0] }, bytes: 399 },
  ] as const)('$name: $bytes', ({ schedule, bytes }) => expect(kvBytesPerToken(schedule)).toBe(bytes));

  it('refuses a ratio that is none', () => {
    expect(() => kvBytesPerToken({ kind: 'v4', compressRatios: [4, -1] })).toThrow(/ratio of 0 or more, got -1/);
  });
});
