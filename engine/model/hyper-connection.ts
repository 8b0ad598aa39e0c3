/**
 * Hyper-connections: the residual as several streams, mixed around each sublayer by coefficients made from the streams.
 *
 * pre collapses the streams to the sublayer's input; post and comb spread its output and mix the streams:
 * out_k = post_k * F + sum over j of comb[j, k] * x_j (the sum runs over the FIRST index). Source: specification section 13.
 * @module
 */
import { sigmoidF32 } from '../formats/index.ts';
import { inverseRms, sinkhornMix } from '../kernels/index.ts';
import type { Mix } from '../kernels/index.ts';
import { toStored } from './step.ts';
import type { StepContext } from './step.ts';
import type { HyperConnectionWeights } from './weights.ts';

const f32 = Math.fround;

/** fn @ flat(streams), scaled by 1 / rms(flat): [rows, fn.out]. */
function projectStreams(
  ctx: StepContext,
  w: HyperConnectionWeights,
  streams: Float32Array,
  rows: number,
): Float32Array {
  const width = ctx.config.hcMult * ctx.config.hiddenSize;
  const mixes = new Float32Array(rows * w.fn.out);
  const kBlock = ctx.parts.mhcReduction.kBlock(rows, width);
  if (kBlock < width) ctx.counters.splitKProducts++;
  ctx.kernels.matmul(streams, rows, w.fn, mixes, kBlock);
  for (let r = 0; r < rows; r++) {
    const scale = inverseRms(streams, r * width, width, ctx.config.rmsNormEps);
    for (let i = r * w.fn.out; i < (r + 1) * w.fn.out; i++) mixes[i] = f32(mixes[i] * scale);
  }
  return mixes;
}

/** Collapses the streams of each row with the coefficients pre[r][j]: sum over j ascending. */
function collapse(
  ctx: StepContext,
  streams: Float32Array,
  pre: (row: number) => Float32Array,
  rows: number,
): Float32Array {
  const { hcMult, hiddenSize } = ctx.config;
  const y = new Float32Array(rows * hiddenSize);
  for (let r = 0; r < rows; r++) {
    const coefficients = pre(r);
    for (let j = 0; j < hcMult; j++) {
      const c = coefficients[j];
      const from = (r * hcMult + j) * hiddenSize;
      for (let d = 0; d < hiddenSize; d++)
        y[r * hiddenSize + d] = f32(y[r * hiddenSize + d] + f32(c * streams[from + d]));
    }
  }
  return toStored(ctx, y);
}

export interface MixedInput {
  /** [rows, D]: input of the sublayer, before its norm */
  readonly input: Float32Array;
  readonly mixes: readonly Mix[];
}

/** The sublayer's input and, for afterwards, each row's post and comb. */
export function mixIn(ctx: StepContext, w: HyperConnectionWeights, streams: Float32Array, rows: number): MixedInput {
  const { hcMult: n, hcEps: eps, hcSinkhornIterations: iterations } = ctx.config;
  const projected = projectStreams(ctx, w, streams, rows);
  const mixes: Mix[] = [];
  for (let r = 0; r < rows; r++) {
    const mix: Mix = { pre: new Float32Array(n), post: new Float32Array(n), comb: new Float32Array(n * n) };
    sinkhornMix(
      projected.subarray(r * w.fn.out, (r + 1) * w.fn.out),
      w.scale,
      w.base,
      { streams: n, iterations, eps },
      mix,
    );
    mixes.push(mix);
  }
  return { input: collapse(ctx, streams, (r) => mixes[r].pre, rows), mixes };
}

/** Spreads the sublayer's output over the mixed streams: new [rows, streams, D]. */
export function mixOut(
  ctx: StepContext,
  output: Float32Array,
  streams: Float32Array,
  mixes: readonly Mix[],
  rows: number,
): Float32Array {
  const { hcMult: n, hiddenSize: D } = ctx.config;
  const out = new Float32Array(streams.length);
  for (let r = 0; r < rows; r++) {
    const { post, comb } = mixes[r];
    for (let k = 0; k < n; k++) {
      const to = (r * n + k) * D;
      for (let j = 0; j < n; j++) {
        const c = comb[j * n + k];
        const from = (r * n + j) * D;
        for (let d = 0; d < D; d++) out[to + d] = f32(out[to + d] + f32(c * streams[from + d]));
      }
      const p = post[k];
      for (let d = 0; d < D; d++) out[to + d] = f32(f32(p * output[r * D + d]) + out[to + d]);
    }
  }
  return toStored(ctx, out);
}

/** The collapse before a head: pre only, sigmoid(m * scale + base) + eps. */
export function collapseForHead(
  ctx: StepContext,
  w: HyperConnectionWeights,
  streams: Float32Array,
  rows: number,
): Float32Array {
  const n = ctx.config.hcMult;
  const eps = f32(ctx.config.hcEps);
  const projected = projectStreams(ctx, w, streams, rows);
  const pre = new Float32Array(n);
  return collapse(
    ctx,
    streams,
    (r) => {
      for (let j = 0; j < n; j++)
        pre[j] = f32(sigmoidF32(f32(f32(projected[r * n + j] * w.scale[0]) + w.base[j])) + eps);
      return pre;
    },
    rows,
  );
}
