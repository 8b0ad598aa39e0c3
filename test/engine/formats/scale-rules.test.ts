import { describe, expect, it } from 'vitest';
import {
  ceilToUe8m0,
  scaleCodeNvfp4,
  scaleExponentFp4Mx,
  scaleExponentFp8,
  scaleOfCodeNvfp4,
  scaleOfExponent,
} from '../../../engine/formats/index.ts';

describe('scale rules', () => {
  // Specification section 3.2.
  it.each([
    { amax: 0, amaxFloor: 2 ** -22, scaleFloor: 2 ** -13 },
    { amax: 0.01, amaxFloor: 3.0517578125e-5, scaleFloor: 1.220703125e-4 },
    { amax: 0.05, amaxFloor: 1.220703125e-4, scaleFloor: 1.220703125e-4 },
    { amax: 0.0546, amaxFloor: 1.220703125e-4, scaleFloor: 1.220703125e-4 },
    { amax: 0.0547, amaxFloor: 2.44140625e-4, scaleFloor: 2.44140625e-4 },
    { amax: 0.06, amaxFloor: 2.44140625e-4, scaleFloor: 2.44140625e-4 },
  ])('FP8 at $amax', ({ amax, amaxFloor, scaleFloor }) => {
    expect(scaleOfExponent(scaleExponentFp8(amax))).toBe(amaxFloor);
    expect(scaleOfExponent(scaleExponentFp8(amax, 'scale-floor'))).toBe(scaleFloor);
  });

  it('the two FP8 rules differ up to 448 * 2^-14 and agree above', () => {
    const limit = 448 * 2 ** -14;
    expect(scaleExponentFp8(limit)).toBeLessThan(scaleExponentFp8(limit, 'scale-floor'));
    expect(scaleExponentFp8(limit * (1 + 2 ** -23))).toBe(scaleExponentFp8(limit * (1 + 2 ** -23), 'scale-floor'));
  });

  it('is the smallest power of two that holds amax', () => {
    for (const k of [-10, 0, 7]) {
      expect(scaleExponentFp8(448 * 2 ** k)).toBe(127 + k);
      expect(scaleExponentFp8(448 * 2 ** k * (1 + 2 ** -23))).toBe(128 + k);
      expect(scaleExponentFp4Mx(6 * 2 ** k)).toBe(127 + k);
      expect(scaleExponentFp4Mx(6 * 2 ** k * (1 + 2 ** -23))).toBe(128 + k);
    }
    expect(scaleExponentFp4Mx(0)).toBe(1);
  });

  it('NVFP4 rounds amax / 6 to e4m3, with a floor and a ceiling', () => {
    expect(scaleOfCodeNvfp4(scaleCodeNvfp4(0))).toBe(2 ** -9);
    expect(scaleOfCodeNvfp4(scaleCodeNvfp4(6))).toBe(1);
    expect(scaleOfCodeNvfp4(scaleCodeNvfp4(6.4))).toBe(1.125);
    expect(scaleOfCodeNvfp4(scaleCodeNvfp4(1e6))).toBe(448);
  });

  it("DeepGEMM's ceiling clamps its byte to 1 .. 254", () => {
    expect([0, 2 ** -140, 1, 1.5, 3.4e38].map(ceilToUe8m0)).toEqual([1, 1, 127, 128, 254]);
  });
});
