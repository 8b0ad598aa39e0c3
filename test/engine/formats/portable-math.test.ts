import { describe, expect, it } from 'vitest';
import {
  cosF32,
  exp64,
  expF32,
  inverseFrequency,
  log1p64,
  log64,
  logF32,
  sigmoidF32,
  sinF32,
  softplusF32,
  tanhF32,
} from '../../../engine/formats/index.ts';
import { F32_GRID, F64_GRID, oracle, ulpError } from '../../support/fixed-point-oracle.ts';

const INPUTS = 20_000;
const F32_ULP_MAX = 0.501;
const f32 = Math.fround;
const f32Max = 3.4028234663852886e38;
const smallestNormal = f32(2 ** -126);
const smallest = f32(2 ** -149);

/** Seeded 32-bit words (xorshift32). */
function* words(seed: number): Generator<number> {
  let x = seed;
  for (;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** Half of the inputs spread evenly over the range, half over its exponents (random bit patterns inside it). */
function inputs(range: readonly [number, number], seed: number, count = INPUTS): number[] {
  const bits = new Uint32Array(1);
  const asF32 = new Float32Array(bits.buffer);
  const out: number[] = [];
  for (const word of words(seed)) {
    if (out.length === count) break;
    bits[0] = word;
    const x = out.length % 2 === 0 ? f32(range[0] + (word / 2 ** 32) * (range[1] - range[0])) : asF32[0];
    if (x >= range[0] && x <= range[1]) out.push(x);
  }
  return out;
}

/** The largest error over the inputs, with the input where it is. */
function worst(
  f: (x: number) => number,
  truth: (x: number) => bigint,
  xs: readonly number[],
  grid: typeof F32_GRID | typeof F64_GRID = F32_GRID,
): { ulp: number; at: number } {
  let result = { ulp: 0, at: NaN };
  for (const x of xs) {
    const ulp = ulpError(f(x), truth(x), grid);
    if (!(ulp <= result.ulp)) result = { ulp, at: x };
  }
  return result;
}

const CASES = [
  {
    name: 'exp',
    f: expF32,
    truth: oracle.exp,
    range: [-104, 88.7228],
    extra: [-103.97, -87.4, 88.72283, 1e-8, -1e-30],
  },
  {
    name: 'log',
    f: logF32,
    truth: oracle.log,
    range: [smallest, f32Max],
    extra: [smallest, smallestNormal, 0.99999994, 1.0000001],
  },
  {
    name: 'sin',
    f: sinF32,
    truth: oracle.sin,
    range: [-(2 ** 21), 2 ** 21],
    extra: [3.1415927, 1048576, 1048577, 16367173 * 2 ** 72],
  },
  {
    name: 'cos',
    f: cosF32,
    truth: oracle.cos,
    range: [-(2 ** 21), 2 ** 21],
    extra: [1.5707964, 1048576, 1048577, 16367173 * 2 ** 72],
  },
  {
    name: 'tanh',
    f: tanhF32,
    truth: oracle.tanh,
    range: [-12, 12],
    extra: [0.03125, 0.031249998, 1e-20, smallest, 9.01],
  },
  { name: 'sigmoid', f: sigmoidF32, truth: oracle.sigmoid, range: [-104, 104], extra: [-88.8, -103.9, 17.3, 16.6] },
  {
    name: 'softplus',
    f: softplusF32,
    truth: oracle.softplus,
    range: [-104, 104],
    extra: [-103.9, 20, 1e-10, -1e-10, smallest],
  },
] as const;

describe('float32 functions against a fixed-point truth', () => {
  it.each(CASES)('$name is within 0.501 ulp on 20000 seeded inputs', ({ name, f, truth, range, extra }) => {
    const { ulp, at } = worst(f, truth, [...extra.map(f32), ...inputs(range, 0x5eed + name.length)]);
    expect(ulp, `${name}: largest error ${ulp} ulp at ${at}`).toBeLessThanOrEqual(F32_ULP_MAX);
  });

  it('sin and cos are within 0.501 ulp at every exponent, up to the largest float32', () => {
    const xs = inputs([-f32Max, f32Max], 77, 4000);
    for (const [f, truth] of [
      [sinF32, oracle.sin],
      [cosF32, oracle.cos],
    ] as const) {
      const { ulp, at } = worst(f, truth, xs);
      expect(ulp, `largest error ${ulp} ulp at ${at}`).toBeLessThanOrEqual(F32_ULP_MAX);
    }
  });

  it('sin and cos are within 0.501 ulp at RoPE angles', () => {
    const xs: number[] = [];
    for (let i = 0; i < 32; i++)
      for (const position of [1, 2, 511, 4095, 65_535, 131_071, 1_048_575])
        xs.push(f32(position * inverseFrequency(10_000, i, 64)));
    for (const [f, truth] of [
      [sinF32, oracle.sin],
      [cosF32, oracle.cos],
    ] as const)
      expect(worst(f, truth, xs).ulp).toBeLessThanOrEqual(F32_ULP_MAX);
  });
});

describe('the truth itself', () => {
  it('sees a result that is one ulp off', () => {
    const off = (f: (x: number) => number) => (x: number) => f(x) * (1 + 2 ** -23);
    for (const { f, truth, range } of CASES)
      expect(worst(off(f), truth, inputs(range, 9, 50)).ulp).toBeGreaterThan(F32_ULP_MAX);
  });

  it('agrees with Math to nearly a float64, where Math is good enough', () => {
    for (const x of [0.3, -1.7, 5.5]) {
      expect(ulpError(Math.exp(x), oracle.exp(x), F64_GRID)).toBeLessThan(2);
      expect(ulpError(Math.sin(x), oracle.sin(x), F64_GRID)).toBeLessThan(2);
      expect(ulpError(Math.tanh(x), oracle.tanh(x), F64_GRID)).toBeLessThan(2);
    }
  });
});

describe('float64 cores against a fixed-point truth', () => {
  const wide = (range: readonly [number, number], seed: number): number[] =>
    inputs(range, seed, 6000).map((x) => x * (1 + 2 ** -40));

  it('exp64 is within 1 ulp', () => {
    const { ulp, at } = worst(exp64, oracle.exp, wide([-60, 700], 3), F64_GRID);
    expect(ulp, `largest error ${ulp} ulp at ${at}`).toBeLessThan(1);
  });

  it('log64 is within 1 ulp, also for subnormal arguments', () => {
    const { ulp, at } = worst(log64, oracle.log, [...wide([smallest, f32Max], 4), 5e-324, 2.2e-308, 1.7e308], F64_GRID);
    expect(ulp, `largest error ${ulp} ulp at ${at}`).toBeLessThan(1);
  });

  it('log1p64 keeps the relative accuracy of small arguments', () => {
    for (const x of [1e-20, 1e-10, 2 ** -53, 3e-9, -1e-9]) {
      const series = x - (x * x) / 2 + (x * x * x) / 3;
      expect(Math.abs(log1p64(x) / series - 1)).toBeLessThan(2 ** -51);
    }
    expect(log1p64(-1)).toBe(-Infinity);
  });

  it('exp64 scales into the subnormal range and out of it', () => {
    expect(exp64(-745.13)).toBe(5e-324);
    expect(exp64(-745.2)).toBe(0);
    expect(exp64(709.78)).toBeLessThan(Infinity);
    expect(exp64(709.79)).toBe(Infinity);
    expect(exp64(-710) / 4.47628622567513e-309).toBeCloseTo(1, 12);
  });
});

describe('edges', () => {
  it('of exp', () => {
    expect([0, -0].map(expF32)).toEqual([1, 1]);
    expect([expF32(Infinity), expF32(-Infinity)]).toEqual([Infinity, 0]);
    expect(expF32(NaN)).toBeNaN();
    expect(expF32(f32(88.72284))).toBe(Infinity);
    expect(expF32(f32(88.72283))).toBeLessThan(Infinity);
    expect(expF32(f32(-103.97))).toBe(smallest);
    expect(expF32(f32(-103.98))).toBe(0);
    expect(expF32(smallest)).toBe(1);
  });

  it('of log', () => {
    expect([logF32(0), logF32(-0), logF32(1), logF32(Infinity)]).toEqual([-Infinity, -Infinity, 0, Infinity]);
    expect(logF32(-1)).toBeNaN();
    expect(logF32(NaN)).toBeNaN();
    expect(logF32(smallest)).toBe(f32(-103.27893));
  });

  it('of sin and cos', () => {
    expect(Object.is(sinF32(-0), -0) && Object.is(sinF32(0), 0)).toBe(true);
    expect([cosF32(0), cosF32(-0), sinF32(smallest)]).toEqual([1, 1, smallest]);
    for (const x of [Infinity, -Infinity, NaN]) expect([sinF32(x), cosF32(x)]).toEqual([NaN, NaN]);
    for (const x of [1, 3e6, 1e30].map(f32)) expect([sinF32(-x), cosF32(-x)]).toEqual([-sinF32(x), cosF32(x)]);
  });

  it('of sigmoid, tanh and softplus', () => {
    expect([-Infinity, -0, 0, Infinity].map(sigmoidF32)).toEqual([0, 0.5, 0.5, 1]);
    expect([-Infinity, -0, 0, Infinity, smallest, -30].map(tanhF32)).toEqual([-1, -0, 0, 1, smallest, -1]);
    expect([-Infinity, 0, Infinity, f32(25)].map(softplusF32)).toEqual([0, f32(0.6931471805599453), Infinity, 25]);
    for (const f of [sigmoidF32, tanhF32, softplusF32]) expect(f(NaN)).toBeNaN();
    expect(sigmoidF32(-f32Max)).toBe(0);
  });
});

describe('inverse frequencies', () => {
  it('are theta^(-2i / dim), rounded once', () => {
    expect(inverseFrequency(10_000, 0, 64)).toBe(1);
    expect(inverseFrequency(10_000, 16, 64)).toBe(f32(0.01));
    for (const theta of [10_000, 160_000])
      for (let i = 0; i < 32; i++) expect(inverseFrequency(theta, i, 64) / theta ** ((-2 * i) / 64)).toBeCloseTo(1, 6);
  });

  it('fill the corner indices of YaRN: theta 160000, original 65536 gives 15 and 25', () => {
    const corner = (rotations: number, original: number): number =>
      (64 * log64(original / (rotations * 2 * Math.PI))) / (2 * log64(160_000));
    expect([Math.floor(corner(32, 65_536)), Math.ceil(corner(1, 65_536))]).toEqual([15, 25]);
    expect([Math.floor(corner(32, 512)), Math.ceil(corner(1, 512))]).toEqual([2, 12]);
  });
});
