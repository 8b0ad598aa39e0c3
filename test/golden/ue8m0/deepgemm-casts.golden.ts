import { describe, expect, it } from 'vitest';
import {
  encodeE2m1,
  encodeE4m3,
  scaleExponentFp4Mx,
  scaleExponentFp8,
  scaleOfExponent,
  unpackE2m1Codes,
} from '../../../engine/formats/index.ts';
import { goldenFiles, isOwnGolden, readSafetensors } from '../../support/golden.ts';
import type { GoldenSafetensors } from '../../support/golden.ts';

const f32 = Math.fround;
/** DeepGEMM clamps amax to 1e-4 for FP4 as well as FP8. */
const AMAX_FLOOR = f32(1e-4);
const FP8_GROUP = 128;
const FP4_GROUP = 32;

interface Cast {
  readonly scaled: Float32Array;
  readonly scales: number[];
}

/** x * (1 / scale), both rounded to float32, with one scale per group of a row; the last group may be short. */
function castRows(
  x: readonly number[],
  [rows, cols]: readonly number[],
  group: number,
  scaleOf: (amax: number) => number,
): Cast {
  const scaled = new Float32Array(x.length);
  const scales: number[] = [];
  for (let r = 0; r < rows; r++)
    for (let start = 0; start < cols; start += group) {
      const columns = Array.from({ length: Math.min(group, cols - start) }, (_, c) => r * cols + start + c);
      const scale = scaleOf(Math.max(AMAX_FLOOR, ...columns.map((i) => Math.abs(x[i]))));
      scales.push(scale);
      for (const i of columns) scaled[i] = f32(x[i] * f32(1 / scale));
    }
  return { scaled, scales };
}

const SCALES = {
  ue8m0: {
    fp8: (amax: number) => scaleOfExponent(scaleExponentFp8(amax)),
    fp4: (amax: number) => scaleOfExponent(scaleExponentFp4Mx(amax)),
  },
  f32scale: { fp8: (amax: number) => f32(amax / 448), fp4: (amax: number) => f32(amax / 6) },
};

/** The seven values between two e2m1 neighbours; DeepGEMM sends them down, ours to the even code. */
const TIES = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5];
const isTie = (x: number): boolean => TIES.includes(Math.abs(x));
/** -0 and 0 are one value: DeepGEMM's encoder drops the sign of zero. */
const withoutZeroSign = (code: number): number => (code === 8 ? 0 : code);

const shapesOf = (file: GoldenSafetensors): string[] =>
  [...file.tensors.keys()].filter((name) => /^m\d+n\d+\.x$/.test(name)).map((name) => name.slice(0, -2));

const files = goldenFiles('ue8m0', /^deepgemm_casts.*\.safetensors$/);

describe('per-token casts of DeepGEMM', () => {
  it.runIf(isOwnGolden())('has files', () => expect(files.length).toBeGreaterThan(0));

  for (const path of files) {
    const file = readSafetensors(path);
    const numbers = (name: string): number[] => file.tensors.get(name)!.numbers();

    for (const shape of shapesOf(file))
      for (const kind of ['ue8m0', 'f32scale'] as const) {
        const x = file.tensors.get(`${shape}.x`)!;

        it(`${shape} ${kind}: FP8 codes and scales are equal`, () => {
          const cast = castRows(x.numbers(), x.shape, FP8_GROUP, SCALES[kind].fp8);
          expect(cast.scales).toEqual(numbers(`${shape}.${kind}.fp8_sf`));
          expect(Array.from(encodeE4m3(cast.scaled))).toEqual(numbers(`${shape}.${kind}.fp8`));
        });

        it(`${shape} ${kind}: FP4 scales are equal, and codes where the scaled value is no tie (DeepGEMM breaks ties down, we to even)`, () => {
          const cast = castRows(x.numbers(), x.shape, FP4_GROUP, SCALES[kind].fp4);
          expect(cast.scales).toEqual(numbers(`${shape}.${kind}.fp4_sf_gran32`));
          const codes = Array.from(encodeE2m1(cast.scaled), withoutZeroSign);
          const packed = file.tensors.get(`${shape}.${kind}.fp4_packed`)!.data;
          const expected = Array.from(unpackE2m1Codes(packed), withoutZeroSign);
          const different = codes.flatMap((code, i) => (code === expected[i] ? [] : [i]));
          expect(different.filter((i) => !isTie(cast.scaled[i]))).toEqual([]);
          expect(different.every((i) => codes[i] - expected[i] === 1)).toBe(true);
        });
      }

    it.skipIf(!file.tensors.has('fp4_tie.x'))('the listed FP4 ties: our codes are those of ml_dtypes', () => {
      expect(Array.from(encodeE2m1(file.tensors.get('fp4_tie.x')!.f32()))).toEqual(
        numbers('fp4_tie.rne_code_ml_dtypes'),
      );
    });

    it.skipIf(!file.tensors.has('fp4_tie.x'))(
      'the listed FP4 ties: DeepGEMM differs from ours in ties alone (and in the sign of zero)',
      () => {
        const x = file.tensors.get('fp4_tie.x')!.f32();
        const codes = Array.from(encodeE2m1(x), withoutZeroSign);
        const expected = numbers('fp4_tie.deepgemm_code').map(withoutZeroSign);
        const different = codes.flatMap((code, i) => (code === expected[i] ? [] : [i]));
        expect(different.length).toBeGreaterThan(0);
        expect(different.filter((i) => !isTie(x[i]))).toEqual([]);
      },
    );
  }
});
