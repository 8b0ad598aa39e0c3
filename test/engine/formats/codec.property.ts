import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeF16One,
  e2m1Values,
  e4m3Values,
  e5m2Values,
  encodeBf16One,
  encodeE2m1One,
  encodeE4m3One,
  encodeE5m2One,
  formats,
  roundBf16,
  roundBf16InPlace,
  roundE2m1,
  roundE4m3,
} from '../../../engine/formats/index.ts';
import { anyF32Bits, nearGrid } from '../../support/float-arbitraries.ts';
import { nearestCode } from '../../support/nearest-code.ts';
import type { SearchRules } from '../../support/nearest-code.ts';

interface Subject {
  readonly name: string;
  readonly table: Float32Array;
  readonly rules: SearchRules;
  readonly encode: (x: number) => number;
}

const one = (x: number): Float32Array => new Float32Array([x]);
const f16Values = Float32Array.from({ length: 65536 }, (_, code) => decodeF16One(code));
/** Finite bf16 values only; the search adds the value beyond. */
const bf16Values = formats.bf16.decode(Uint16Array.from({ length: 65536 }, (_, code) => code));
const EIGHT_BIT = { signBit: 0x80 } as const;

const SUBJECTS: readonly Subject[] = [
  {
    name: 'e4m3fn, saturating',
    table: e4m3Values,
    rules: { ...EIGHT_BIT, overflow: 'saturate', nan: 0x7f },
    encode: encodeE4m3One,
  },
  {
    name: 'e4m3fn, overflow to NaN',
    table: e4m3Values,
    rules: { ...EIGHT_BIT, overflow: { code: 0x7f }, nan: 0x7f },
    encode: (x) => formats.e4m3fn.encode(one(x), { overflow: 'nan' })[0],
  },
  {
    name: 'e5m2, saturating',
    table: e5m2Values,
    rules: { ...EIGHT_BIT, overflow: 'saturate', nan: 0x7f },
    encode: encodeE5m2One,
  },
  {
    name: 'e5m2, overflow to infinity',
    table: e5m2Values,
    rules: { ...EIGHT_BIT, overflow: { code: 0x7c }, nan: 0x7e },
    encode: (x) => formats.e5m2.encode(one(x), { overflow: 'nan' })[0],
  },
  { name: 'e2m1', table: e2m1Values, rules: { signBit: 8, overflow: 'saturate', nan: 8 }, encode: encodeE2m1One },
];
/** The search over 32768 magnitudes is slow, so these two get fewer inputs. */
const WIDE_SUBJECTS: readonly Subject[] = [
  {
    name: 'f16',
    table: f16Values,
    rules: { signBit: 0x8000, overflow: { code: 0x7c00 }, nan: 0x7e00 },
    encode: (x) => formats.f16.encode(one(x))[0],
  },
  {
    name: 'bf16',
    table: bf16Values,
    rules: { signBit: 0x8000, overflow: { code: 0x7f80 }, nan: 0x7fc0 },
    encode: encodeBf16One,
  },
];

const notNan = anyF32Bits.filter((x) => !Number.isNaN(x));

function agree(subject: Subject, numRuns: number): void {
  fc.assert(
    fc.property(fc.oneof(notNan, nearGrid(subject.table)), (x) => {
      expect(subject.encode(x)).toBe(nearestCode(Math.fround(x), subject.table, subject.rules));
    }),
    {
      numRuns,
      examples: [[0], [-0], [Infinity], [-Infinity], [2 ** -149], [-(2 ** -149)], [464], [61440], [5], [0.75]],
    },
  );
}

describe('the fast encoder gives the code that a search over the decode table gives', () => {
  it.each(SUBJECTS)('$name', (subject) => agree(subject, 5000));
  it.each(WIDE_SUBJECTS)('$name', (subject) => agree(subject, 300));
});

describe('encode(decode(code)) is the code', () => {
  const codesOf = (count: number): number[] => Array.from({ length: count }, (_, code) => code);

  it.each([formats.e4m3fn, formats.e5m2])('$name', (codec) => {
    const codes = Uint8Array.from(codesOf(256)).filter((code) => Number.isFinite(codec.decode(Uint8Array.of(code))[0]));
    expect(codec.encode(codec.decode(codes))).toEqual(codes);
  });

  it('e2m1', () => {
    const codes = Uint8Array.from(codesOf(16));
    expect(formats.e2m1.encode(formats.e2m1.decode(codes))).toEqual(codes);
  });

  it('ue8m0', () => {
    const codes = Uint8Array.from(codesOf(256));
    expect(formats.ue8m0.encode(formats.ue8m0.decode(codes))).toEqual(codes);
  });

  it.each([formats.bf16, formats.f16])('$name', (codec) => {
    const codes = Uint16Array.from(codesOf(65536)).filter(
      (code) => !Number.isNaN(codec.decode(Uint16Array.of(code))[0]),
    );
    expect(codec.encode(codec.decode(codes))).toEqual(codes);
  });
});

describe('the one-value functions agree with the arrays', () => {
  it('on every input', () => {
    fc.assert(
      fc.property(fc.array(anyF32Bits, { maxLength: 20 }), (xs) => {
        const values = Float32Array.from(xs);
        expect(Array.from(values, encodeE4m3One)).toEqual(Array.from(formats.e4m3fn.encode(values)));
        expect(Array.from(values, encodeE5m2One)).toEqual(Array.from(formats.e5m2.encode(values)));
        expect(Array.from(values, encodeE2m1One)).toEqual(Array.from(formats.e2m1.encode(values)));
        expect(Array.from(values, roundE4m3)).toEqual(Array.from(formats.e4m3fn.decode(formats.e4m3fn.encode(values))));
        expect(Array.from(values, roundE2m1)).toEqual(Array.from(formats.e2m1.decode(formats.e2m1.encode(values))));
        const rounded = values.slice();
        roundBf16InPlace(rounded);
        expect(Array.from(values, roundBf16)).toEqual(Array.from(rounded));
        expect(rounded).toEqual(formats.bf16.decode(formats.bf16.encode(values)));
      }),
      { numRuns: 1000 },
    );
  });

  it('and roundBf16InPlace touches its range alone', () => {
    const x = Float32Array.from([1.001, 1.001, 1.001]);
    roundBf16InPlace(x, 1, 2);
    expect(Array.from(x)).toEqual([1.001, 1, 1.001].map(Math.fround));
  });
});
