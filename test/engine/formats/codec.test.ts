import { describe, expect, it } from 'vitest';
import { E4M3_MAX, formats, packE2m1, roundE2m1, unpackE2m1, unpackE2m1Codes } from '../../../engine/formats/index.ts';

const encode = (
  format: 'e4m3fn' | 'e5m2' | 'e2m1' | 'ue8m0',
  x: number,
  overflow: 'saturate' | 'nan' = 'saturate',
): number => formats[format].encode(Float32Array.of(x), { overflow })[0];

describe('overflow conventions', () => {
  it('e4m3fn saturates by default, and gives NaN above 464 when asked', () => {
    expect(formats.e4m3fn.encode(Float32Array.of(1e9, -Infinity, NaN, 464))).toEqual(
      Uint8Array.of(0x7e, 0xfe, 0x7f, 0x7e),
    );
    const nonSaturating = formats.e4m3fn.encode(Float32Array.of(464, 464.00003, -500, Infinity), { overflow: 'nan' });
    expect(nonSaturating).toEqual(Uint8Array.of(0x7e, 0x7f, 0xff, 0x7f));
    expect(E4M3_MAX).toBe(448);
  });

  it('e5m2 saturates by default, and gives infinity when asked', () => {
    expect(encode('e5m2', 1e9)).toBe(0x7b);
    expect(encode('e5m2', 61440, 'nan')).toBe(0x7c);
    expect(encode('e5m2', 61439, 'nan')).toBe(0x7b);
  });

  it('e2m1 has neither NaN nor infinity', () => {
    expect(encode('e2m1', Infinity)).toBe(7);
    expect(encode('e2m1', -1e30, 'nan')).toBe(15);
  });

  it('ue8m0 has no code for zero, negative numbers and infinities', () => {
    expect([0, -1, Infinity, NaN].map((x) => encode('ue8m0', x))).toEqual([255, 255, 255, 255]);
    expect(formats.ue8m0.decode(Uint8Array.of(0, 127, 254, 255))).toEqual(Float32Array.of(2 ** -127, 1, 2 ** 127, NaN));
  });

  it('bf16 and f16 overflow to infinity whatever is asked', () => {
    expect(formats.bf16.encode(Float32Array.of(3.4e38), { overflow: 'saturate' })[0]).toBe(0x7f80);
    expect(formats.f16.encode(Float32Array.of(65520, 65519))).toEqual(Uint16Array.of(0x7c00, 0x7bff));
  });
});

describe('e2m1', () => {
  it('sends ties to the even code', () => {
    expect([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5].map(roundE2m1)).toEqual([0, 1, 1, 2, 2, 4, 4]);
  });

  it('packs the even column into the low nibble', () => {
    expect(packE2m1(Uint8Array.of(1, 15, 0, 7))).toEqual(Uint8Array.of(0xf1, 0x70));
    expect(unpackE2m1Codes(Uint8Array.of(0xf1, 0x70))).toEqual(Uint8Array.of(1, 15, 0, 7));
    expect(unpackE2m1(Uint8Array.of(0xf1, 0x70))).toEqual(Float32Array.of(0.5, -6, 0, 6));
    expect(() => packE2m1(Uint8Array.of(1))).toThrow(/even number of codes, got 1/);
  });
});
