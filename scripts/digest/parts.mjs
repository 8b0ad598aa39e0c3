/**
 * What is digested: portable math, number formats, every kernel of both kinds, a checkpoint, and generation with all serving mechanisms
 * in every precision mode. Runs in any runtime: Node, Bun, Deno, a browser.
 *
 * Inputs come from integer arithmetic alone, so that they are the same everywhere.
 * @module
 */
import { createHash } from 'node:crypto';
import * as engine from '../../dist/engine/index.js';
import * as math from '../../dist/engine/formats/index.js';
import { createKernels } from '../../dist/engine/kernels/index.js';

/** xorshift32: words, and floats from them without any library function. */
function numbers(seed) {
  let state = seed;
  const word = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    word,
    /** n values of about -4 .. 4, some of them 0, -0, tiny or large. */
    floats: (n, large = true) =>
      Float32Array.from({ length: n }, () => {
        const pick = word() % 64;
        const x = (word() / 4294967296) * 8 - 4;
        if (pick === 0) return 0;
        if (pick === 1) return -0;
        if (large && pick === 2) return x * 1e-42;
        if (large && pick === 3) return x * 1e12;
        return x;
      }),
  };
}

function digest(...arrays) {
  const hash = createHash('sha256');
  // a copy: arrays over a shared memory are not taken everywhere
  for (const x of arrays) hash.update(new Uint8Array(x.slice().buffer));
  return hash.digest('hex');
}

function portableMath() {
  const { floats } = numbers(1);
  const x = floats(200_000).map((v, i) => Math.fround(v * (i % 25)));
  const map = (f) => x.map((v) => f(v));
  return digest(
    map(math.expF32),
    map((v) => math.logF32(v < 0 ? -v : v)),
    map(math.sinF32),
    map(math.cosF32),
    map(math.sigmoidF32),
    map(math.tanhF32),
    map(math.softplusF32),
  );
}

function numberFormats() {
  const { floats } = numbers(2);
  const x = floats(50_000);
  const codes = Object.values(engine.formats).map((codec) =>
    codec.encode(x.map((v) => (codec.name === 'ue8m0' ? 1 : v))),
  );
  const fp8 = x.slice();
  const fp4 = x.slice();
  math.fakeQuantFp8(fp8, 0, fp8.length, 64);
  math.fakeQuantFp4Mx(fp4, 0, fp4.length, 32);
  return digest(...codes, fp8, fp4);
}

/** Every kernel on inputs of the model's shapes and of awkward ones. */
function kernelSet(kind) {
  const kernels = createKernels(kind);
  const { floats, word } = numbers(3);
  const results = [];
  const keep = (x) => results.push(x.slice());
  for (const [rows, k, out, kBlock] of [
    [1, 96, 40, 96],
    [3, 70, 24, 32],
    [5, 33, 17, 33],
    [17, 64, 48, 16],
  ]) {
    const y = new Float32Array(rows * out);
    const weights = floats(out * k);
    kernels.matmul(floats(rows * k), rows, kernels.packMatrix(weights, { out, in: k }), y, kBlock);
    keep(y);
    math.roundBf16InPlace(weights);
    kernels.matmul(floats(rows * k), rows, kernels.packMatrix(weights, { out, in: k }), y, k);
    keep(y);
  }
  const [rows, width, heads, n] = [5, 64, 4, 4];
  const norm = { rows, width, eps: 1e-6 };
  const x = floats(rows * width, false);
  kernels.rmsNorm(x, floats(width), x, norm);
  keep(x);
  const scales = new Float32Array(rows);
  kernels.inverseRms(x, scales, norm);
  kernels.scaleRows(x, scales, rows, width);
  kernels.addRows(x, floats(3 * width), Int32Array.of(0, 2, 1, 0, 2), width);
  keep(x);
  for (const op of ['quantiseFp8', 'quantiseFp4']) {
    const q = floats(rows * width);
    kernels[op](q, 32);
    keep(q);
  }
  const b = floats(rows * width);
  kernels.roundBf16(b);
  keep(b);
  kernels.hadamard(x, rows, width);
  const table = { half: 8, cosines: floats(80, false), sines: floats(80, false) };
  kernels.rotate(x, { from: 48, vectors: 1, stride: width }, Int32Array.of(0, 9, 3, 4, 7), table, false);
  keep(x);
  const pooled = new Float32Array(width);
  kernels.poolChannels(
    floats(8 * width),
    floats(8 * width, false),
    Int32Array.from({ length: 8 }, (_, s) => s * width),
    width,
    pooled,
  );
  keep(pooled);
  const set = kernels.loadRows([{ kind: 'floats', data: floats(20 * width, false), from: 0, count: 20 }], width);
  const index = Int32Array.from({ length: 27 }, () => word() % 20);
  const dots = new Float32Array(heads * 27);
  const q = floats(3 * heads * width, false);
  kernels.rowDots(q, heads, set, index, dots);
  const scores = new Float32Array(27);
  for (const rounded of [false, true]) {
    kernels.weighHeads(dots, floats(heads), 27, rounded, scores);
    keep(scores);
  }
  const lists = { index, starts: Int32Array.of(0, 3, 3, 27), windowCounts: Int32Array.of(3, 0, 9) };
  const out = new Float32Array(3 * heads * width);
  for (const roundWeights of [false, true]) {
    kernels.attendRows(q, set, lists, floats(heads), { heads, width, scale: 0.125, keyBlock: 5, roundWeights }, out);
    keep(out);
  }
  const mixes = floats(rows * (2 + n) * n, false);
  const coefficients = new Float32Array(mixes.length);
  const base = floats((2 + n) * n, false);
  kernels.sinkhornMix(mixes, floats(3, false), base, rows, { streams: n, iterations: 20, eps: 1e-6 }, coefficients);
  keep(coefficients);
  const streams = floats(rows * n * width);
  kernels.collapse(streams, coefficients, (2 + n) * n, rows, n, width, x);
  keep(x);
  const spread = new Float32Array(streams.length);
  kernels.spread(x, streams, coefficients, rows, n, width, spread);
  keep(spread);
  const pre = new Float32Array(rows * n);
  kernels.sigmoidMix(mixes, 0.7, base.slice(0, n), rows, 1e-6, pre);
  keep(pre);
  const gate = floats(rows * width);
  kernels.swiglu(gate, floats(rows * width), floats(rows), rows, width, 10);
  keep(gate);
  kernels.sumRows(streams, Int32Array.of(0, 1, 2, -1, 4, 5, 6, 7, 8, 9), rows, width, x);
  keep(x);
  return digest(...results);
}

/** Batching, chunks, prefix reuse, speculative decoding, preemption and sampling in one session. */
function generation(checkpoint, precision, kernels) {
  const created = engine.createEngine(checkpoint, {
    precision,
    kernels,
    maxBatch: 3,
    chunkSize: 21,
    prefixCache: true,
    draftTokens: 2,
    pageTokens: 16,
    hotPages: 16,
  });
  const session = created.openSession();
  const prompt = (seed, length) => Array.from({ length }, (_, i) => (seed * 31 + i * 17 + ((i * i) % 11)) % 256);
  const requests = [
    { id: 'greedy', tokenIds: prompt(1, 60), maxTokens: 12, keepLogits: true, logprobs: 3 },
    { id: 'sampled', tokenIds: prompt(2, 33), maxTokens: 12, temperature: 0.8, seed: 7, keepLogits: true },
    { id: 'prefix', tokenIds: [...prompt(1, 48), 5, 6, 7], maxTokens: 6, keepLogits: true, arrivalStep: 6 },
    { id: 'short', tokenIds: prompt(4, 3), maxTokens: 9, keepLogits: true, arrivalStep: 2 },
  ];
  const results = [...session.run(requests), ...session.run([{ ...requests[0], id: 'again' }])];
  created.close();
  return digest(...results.flatMap((r) => [r.logits, Int32Array.from(r.tokenIds), Float64Array.from(r.logprobs)]));
}

/** Name and digest of each part. @param {{ plain?: boolean }} options - plain: also generate on the plain kernels (slow) */
export function digestParts({ plain = true } = {}) {
  const parts = [
    ['portable math', portableMath()],
    ['number formats', numberFormats()],
    ['kernels, WebAssembly', kernelSet('wasm')],
    ['kernels, plain', kernelSet('reference')],
  ];
  for (const preset of ['v4-tiny', 'v4-tiny-engram', 'v4-tiny-engram-paper']) {
    const checkpoint = engine.buildCheckpoint({ preset, seed: 'digest' });
    parts.push([`${preset}: checkpoint`, checkpoint.digestSha256]);
    for (const precision of engine.PRECISION_MODES)
      parts.push([`${preset}: generate, ${precision}`, generation(checkpoint, precision, 'wasm')]);
    if (plain && preset === 'v4-tiny')
      parts.push([`${preset}: generate, bf16, plain kernels`, generation(checkpoint, 'bf16', 'reference')]);
  }
  return parts;
}

/** One digest of all parts. */
export function wholeDigest(parts) {
  const hash = createHash('sha256');
  for (const [name, value] of parts) hash.update(`${name}\t${value}\n`);
  return hash.digest('hex');
}
