import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ceilToUe8m0, scaleExponentFp4Mx, scaleExponentFp8, scaleOfExponent } from '../../../engine/formats/index.ts';
import { goldenFiles, isOwnGolden, readSafetensors } from '../../support/golden.ts';

const f32 = Math.fround;
const AMAX_FLOOR = f32(1e-4);

/** Exponent columns and the rule of ours that must give them. */
const RULES: Record<string, (amax: number) => number> = {
  deepgemm_ceil_to_ue8m0_raw_exp: ceilToUe8m0,
  deepgemm_fp8_amax_exp: (amax) => scaleExponentFp8(amax),
  dsv4_tilelang_fp8_amax_exp: (amax) => scaleExponentFp8(amax),
  dsv4_tilelang_fp4_amax_exp: scaleExponentFp4Mx,
  deepgemm_fp4_amax_exp: (amax) => scaleExponentFp4Mx(Math.max(amax, AMAX_FLOOR)),
  flashmla_bitmath_exp: (amax) => scaleExponentFp8(amax, 'scale-floor'),
};
/** A float32 log2 misses the ceiling for inputs at most this many ulp above 448 * 2^k. */
const LOG2_MISSES_ULP = 2;
const OPEN_FILE = { inputs: 5799, lower: 248 };

const bitsOf = (x: number): number => new Uint32Array(new Float32Array([x]).buffer)[0];
const files = goldenFiles('ue8m0', /^scales.*\.safetensors$/);

describe('scale rules', () => {
  it.runIf(isOwnGolden())('has files', () => expect(files.length).toBeGreaterThan(0));

  describe.each(files)('%s', (path) => {
    const { tensors } = readSafetensors(path);
    const words = tensors.get('amax_f32_bits')!.i32();
    const amax = new Float32Array(words.buffer, words.byteOffset, words.length);

    for (const [name, rule] of Object.entries(RULES))
      it.skipIf(!tensors.has(name))(`${basename(path)}: ${name} is equal on every amax`, () => {
        const expected = tensors.get(name)!.numbers();
        const different = Array.from(amax.keys()).filter((i) => rule(amax[i]) !== expected[i]);
        expect(different.map((i) => `${amax[i]} -> ${rule(amax[i])}, expected ${expected[i]}`)).toEqual([]);
      });

    it('knows every exponent column of the file', () => {
      const known = [...Object.keys(RULES), 'amax_f32_bits', 'flashmla_amax_scale_f32'];
      expect([...tensors.keys()].filter((name) => !known.includes(name))).toEqual([]);
    });

    it.skipIf(!tensors.has('flashmla_amax_scale_f32'))(
      "FlashMLA's float32 log2 is equal, or one exponent lower 1-2 ulp above 448 * 2^k (248 of the open file's inputs)",
      () => {
        const expected = tensors.get('flashmla_amax_scale_f32')!.f32();
        let lower = 0;
        for (let i = 0; i < amax.length; i++) {
          const exponent = scaleExponentFp8(amax[i], 'scale-floor');
          if (scaleOfExponent(exponent) === expected[i]) continue;
          lower++;
          expect(scaleOfExponent(exponent - 1), `scale of ${amax[i]}`).toBe(expected[i]);
          const ulpAbove = bitsOf(amax[i]) - bitsOf(448 * expected[i]);
          expect(ulpAbove, `${amax[i]} in ulp above 448 * ${expected[i]}`).toBeGreaterThan(0);
          expect(ulpAbove).toBeLessThanOrEqual(LOG2_MISSES_ULP);
        }
        if (amax.length === OPEN_FILE.inputs) expect(lower).toBe(OPEN_FILE.lower);
      },
    );
  });
});
