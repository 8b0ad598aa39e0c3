import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKernels } from '../../../engine/kernels/index.ts';
import type { Kernels } from '../../../engine/kernels/index.ts';

const wasm = createKernels('wasm');
const plain = createKernels('reference');
/** Cuts every call that can be cut. */
const threaded = createKernels('wasm', null, { threads: 3, leastWork: 1 });
beforeAll(() => vi.waitFor(() => expect(threaded.readyThreads).toBe(3), { timeout: 20_000 }), 30_000);
afterAll(() => threaded.close());

/** Values of very different sizes, subnormals and signed zeros included; sums of a few hundred products stay finite. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
  { weight: 1, arbitrary: fc.float({ min: Math.fround(-1e15), max: Math.fround(1e15), noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 2 ** -149, -(2 ** -130), 2 ** -126, 1, -1) },
);
const ordinary = fc.oneof(fc.float({ min: -8, max: 8, noNaN: true }), fc.constantFrom(0, -0, 1, -1));
/** Any finite number, the largest and smallest included. */
const anyFinite = fc.float({ noNaN: true, noDefaultInfinity: true });
const floats = (length: number, of: fc.Arbitrary<number> = value): fc.Arbitrary<Float32Array> =>
  fc.array(of, { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));
const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
/** A multiple of 4. */
const fours = (max: number): fc.Arbitrary<number> => size(1, max).map((n) => 4 * n);

const bits = (x: Float32Array): number[] => [...new Int32Array(x.slice().buffer)];

/** One call on given kernels; `at` puts an array where the call is to find it. @returns the arrays that it wrote */
type Call = (kernels: Kernels, at: (x: Float32Array) => Float32Array) => Float32Array[];

/** The call gives the same bytes on the plain twin, and on WebAssembly with one thread and three, with foreign arrays and its own. */
function expectTwins(call: Call): void {
  const expected = call(plain, (x) => x.slice()).map(bits);
  for (const kernels of [wasm, threaded]) {
    expect(call(kernels, (x) => x.slice()).map(bits)).toEqual(expected);
    const mark = kernels.arena.mark();
    const own = (x: Float32Array): Float32Array => {
      const view = kernels.arena.floats(x.length);
      view.set(x);
      return view;
    };
    expect(call(kernels, own).map(bits)).toEqual(expected);
    kernels.arena.release(mark);
  }
}

/** A property over shapes and the arrays that they need. */
function twins<S, I>(
  shape: fc.Arbitrary<S>,
  inputs: (shape: S) => fc.Arbitrary<I>,
  call: (shape: S, input: I) => Call,
  numRuns = 150,
): void {
  const both = shape.chain((s) => inputs(s).map((input) => ({ s, input })));
  fc.assert(
    fc.property(both, ({ s, input }) => expectTwins(call(s, input))),
    { numRuns },
  );
}

const rowShape = fc.record({ rows: size(1, 9), width: size(1, 40) });

describe('both kernel kinds give the same bytes', () => {
  it('for RMS norms, with and without weights, in place or not', () => {
    twins(
      fc.record({ rows: size(1, 9), width: size(1, 40), weighted: fc.boolean(), inPlace: fc.boolean() }),
      ({ rows, width }) => fc.record({ x: floats(rows * width), weight: floats(width, ordinary) }),
      ({ rows, width, weighted, inPlace }, { x, weight }) =>
        (kernels, at) => {
          const input = at(x);
          const out = inPlace ? input : at(new Float32Array(x.length));
          kernels.rmsNorm(input, weighted ? at(weight) : null, out, { rows, width, eps: 1e-6 });
          const scales = at(new Float32Array(rows));
          kernels.inverseRms(at(x), scales, { rows, width, eps: 1e-6 });
          return [out, scales];
        },
    );
  });

  it('for e^x of any number, in place or not', () => {
    twins(
      fc.record({ n: size(1, 30), inPlace: fc.boolean() }),
      ({ n }) => floats(n, fc.oneof(ordinary, anyFinite, fc.float({ min: -110, max: 95, noNaN: true }))),
      ({ inPlace }, x) =>
        (kernels, at) => {
          const input = at(x);
          const out = inPlace ? input : at(new Float32Array(x.length));
          kernels.exp(input, out);
          return [out];
        },
      400,
    );
  });

  it('for scaled rows', () => {
    twins(
      rowShape,
      ({ rows, width }) => fc.record({ x: floats(rows * width), scales: floats(rows) }),
      ({ rows, width }, { x, scales }) =>
        (kernels, at) => {
          const out = at(x);
          kernels.scaleRows(out, at(scales), rows, width);
          return [out];
        },
    );
  });

  it('for bf16 rounding, of any bit pattern', () => {
    const pattern = size(0, 0xffffffff).map((word) => new Float32Array(Uint32Array.of(word).buffer)[0]);
    twins(
      size(1, 40),
      // NaN is left to the test of errors: its bits differ between CPUs
      (length) =>
        floats(
          length,
          pattern.filter((v) => v === v),
        ),
      (_, x) => (kernels, at) => {
        const out = at(x);
        kernels.roundBf16(out);
        return [out];
      },
      400,
    );
  });

  it.each(['quantiseFp8', 'quantiseFp4'] as const)('for %s, at any scale', (op) => {
    twins(
      fc.record({ groups: size(1, 3), group: size(1, 36) }),
      ({ groups, group }) =>
        fc.oneof(
          floats(groups * group),
          floats(groups * group, anyFinite),
          // around the decision points of one scale
          fc.tuple(size(-140, 120), floats(groups * group, ordinary)).map(([e, x]) => x.map((v) => v * 2 ** e)),
        ),
      ({ group }, x) =>
        (kernels, at) => {
          const out = at(x);
          kernels[op](out, group);
          return [out];
        },
      600,
    );
  });

  it('for the first number that is not finite', () => {
    const holes = fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity) });
    twins(
      size(1, 30),
      (length) => floats(length, holes),
      (_, x) => (kernels, at) => [Float32Array.of(kernels.firstNonFinite(at(x)))],
    );
  });

  it('for Hadamard transforms', () => {
    twins(
      fc.record({ rows: size(1, 5), width: fc.constantFrom(4, 8, 16, 64, 128) }),
      ({ rows, width }) => floats(rows * width),
      ({ rows, width }, x) =>
        (kernels, at) => {
          const out = at(x);
          kernels.hadamard(out, rows, width);
          return [out];
        },
    );
  });

  it('for rotations of several vectors per row', () => {
    twins(
      fc.record({ rows: size(1, 4), vectors: size(1, 3), half: size(1, 4).map((n) => 2 * n), before: size(0, 5) }),
      ({ rows, vectors, half, before }) =>
        fc.record({
          x: floats(rows * vectors * (before + 2 * half)),
          cosines: floats(7 * half, ordinary),
          sines: floats(7 * half, ordinary),
          positions: fc.array(size(0, 6), { minLength: rows, maxLength: rows }),
          inverse: fc.boolean(),
        }),
      ({ vectors, half, before }, { x, cosines, sines, positions, inverse }) =>
        (kernels, at) => {
          const out = at(x);
          const table = { half, cosines: at(cosines), sines: at(sines) };
          const where = { from: before, vectors, stride: before + 2 * half };
          kernels.rotate(out, where, Int32Array.from(positions), table, inverse);
          return [out];
        },
    );
  });

  it('for pooling, unwritten slots (score -Infinity) included', () => {
    twins(
      fc.record({ slots: size(1, 9), channels: fours(5) }),
      ({ slots, channels }) =>
        fc.record({
          values: floats(slots * channels),
          scores: floats(slots * channels, fc.oneof(ordinary, fc.float({ min: -300, max: 300, noNaN: true }))),
          written: size(1, slots),
        }),
      ({ slots, channels }, { values, scores, written }) =>
        (kernels, at) => {
          const shown = scores.map((v, i) => (i < written * channels ? v : -Infinity));
          const out = at(new Float32Array(channels));
          const offsets = Int32Array.from({ length: slots }, (_, s) => s * channels);
          kernels.poolChannels(at(values), at(shown), offsets, channels, out);
          return [out];
        },
    );
  });

  it('for dot products with gathered rows and the indexer’s sum over heads, rounded or not', () => {
    twins(
      fc.record({ heads: size(1, 6), width: fours(20), stored: size(1, 9), count: size(0, 13), rounded: fc.boolean() }),
      ({ heads, width, stored, count }) =>
        fc.record({
          q: floats(heads * width, ordinary),
          data: floats(stored * width, ordinary),
          weights: floats(heads, ordinary),
          index: fc.array(size(0, stored - 1), { minLength: count, maxLength: count }),
        }),
      ({ heads, width, stored, count, rounded }, { q, data, weights, index }) =>
        (kernels, at) => {
          const rows = kernels.loadRows([{ kind: 'floats', data: at(data), from: 0, count: stored }], width);
          const dots = at(new Float32Array(heads * count));
          kernels.rowDots(at(q), heads, rows, Int32Array.from(index), dots);
          const scores = at(new Float32Array(count));
          kernels.weighHeads(dots, at(weights), count, rounded, scores);
          return [dots, scores];
        },
    );
  });

  it('for attention in several ranges of blocks', () => {
    twins(
      fc.record({
        heads: size(1, 5),
        width: fours(20),
        stored: size(1, 9),
        count: size(1, 14),
        keyBlock: size(1, 6),
        roundWeights: fc.boolean(),
      }),
      ({ heads, width, stored, count }) =>
        fc.record({
          q: floats(heads * width, ordinary),
          data: floats(stored * width, ordinary),
          sink: floats(heads, ordinary),
          index: fc.array(size(0, stored - 1), { minLength: count, maxLength: count }),
          windowCount: size(0, count),
          cut: size(0, 6),
        }),
      ({ heads, width, stored, keyBlock, roundWeights }, { q, data, sink, index, windowCount, cut }) =>
        (kernels, at) => {
          const shape = { heads, width, scale: 1 / Math.sqrt(width), keyBlock, roundWeights };
          const rows = kernels.loadRows([{ kind: 'floats', data: at(data), from: 0, count: stored }], width);
          const blocks = Math.ceil(windowCount / keyBlock) + Math.ceil((index.length - windowCount) / keyBlock);
          const state = {
            acc: at(new Float32Array(heads * width)),
            max: at(new Float32Array(heads).fill(-Infinity)),
            sum: at(new Float32Array(heads)),
          };
          const list = Int32Array.from(index);
          const middle = Math.min(cut, blocks);
          kernels.attendBlocks(at(q), rows, list, windowCount, 0, middle, shape, state);
          kernels.attendBlocks(at(q), rows, list, windowCount, middle, blocks, shape, state);
          const out = at(new Float32Array(heads * width));
          kernels.finishAttention(state, at(sink), shape, out);
          return [state.acc, state.max, state.sum, out];
        },
    );
  });

  it('for the coefficients of hyper-connections, collapse and spread, with any number of streams', () => {
    twins(
      fc.record({ rows: size(1, 5), n: size(1, 5), width: fours(5), iterations: size(1, 20) }),
      ({ rows, n, width }) =>
        fc.record({
          mixes: floats(rows * (2 + n) * n, fc.float({ min: -30, max: 30, noNaN: true })),
          scale: floats(3, ordinary),
          base: floats((2 + n) * n, ordinary),
          streams: floats(rows * n * width),
          output: floats(rows * width),
        }),
      ({ rows, n, width, iterations }, { mixes, scale, base, streams, output }) =>
        (kernels, at) => {
          const coefficients = at(new Float32Array(mixes.length));
          const shape = { streams: n, iterations, eps: 1e-6 };
          kernels.sinkhornMix(at(mixes), at(scale), at(base), rows, shape, coefficients);
          const input = at(new Float32Array(rows * width));
          kernels.collapse(at(streams), coefficients, (2 + n) * n, rows, n, width, input);
          const out = at(new Float32Array(streams.length));
          kernels.spread(at(output), at(streams), coefficients, rows, n, width, out);
          const pre = at(new Float32Array(rows * n));
          kernels.sigmoidMix(at(mixes.slice(0, rows * n)), scale[0], at(base.slice(0, n)), rows, 1e-6, pre);
          return [coefficients, input, out, pre];
        },
    );
  });

  it('for the gated activation, clamped or not, weighted or not', () => {
    twins(
      fc.record({
        rows: size(1, 5),
        width: fours(8),
        bound: fc.constantFrom(10, 0.5, Infinity),
        weighted: fc.boolean(),
      }),
      ({ rows, width }) =>
        fc.record({
          gate: floats(rows * width, fc.oneof(ordinary, fc.float({ min: -200, max: 200, noNaN: true }))),
          up: floats(rows * width),
          weights: floats(rows, ordinary),
        }),
      ({ rows, width, bound, weighted }, { gate, up, weights }) =>
        (kernels, at) => {
          const out = at(gate);
          kernels.swiglu(out, at(up), weighted ? at(weights) : null, rows, width, bound);
          return [out];
        },
    );
  });

  it('for sums of listed rows, left-out ones included', () => {
    twins(
      fc.record({ stored: size(1, 6), rows: size(1, 5), per: size(1, 4), width: fours(6) }),
      ({ stored, rows, per, width }) =>
        fc.record({
          x: floats(stored * width),
          index: fc.array(size(-1, stored - 1), { minLength: rows * per, maxLength: rows * per }),
        }),
      ({ rows, width }, { x, index }) =>
        (kernels, at) => {
          const out = at(new Float32Array(rows * width));
          kernels.sumRows(at(x), Int32Array.from(index), rows, width, out);
          return [out];
        },
    );
  });
});

it.each(['reference', 'wasm'] as const)('quantising NaN or infinity with the %s kernels is an error', (kind) => {
  const kernels = createKernels(kind);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const x = new Float32Array(12).fill(1);
    x[9] = bad;
    expect(() => kernels.quantiseFp8(x, 4)).toThrow('quantise: NaN or infinity in elements 8 .. 11');
    expect(() => kernels.quantiseFp4(x, 4)).toThrow(RangeError);
  }
});
