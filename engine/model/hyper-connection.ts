/**
 * Hyper-connections: the residual as several streams, mixed around each sublayer by coefficients made from the streams.
 *
 * pre collapses the streams to the sublayer's input; post and comb spread its output and mix the streams:
 * out_k = post_k * F + sum over j of comb[j, k] * x_j (the sum runs over the FIRST index). Source: specification section 13.
 * @module
 */
import { toStored } from './step.ts';
import type { StepContext } from './step.ts';
import type { HyperConnectionWeights } from './weights.ts';

/** fn @ flat(streams), scaled by 1 / rms(flat): [rows, fn.out]. */
function projectStreams(
  ctx: StepContext,
  w: HyperConnectionWeights,
  streams: Float32Array,
  rows: number,
): Float32Array {
  const { kernels } = ctx;
  const width = ctx.config.hcMult * ctx.config.hiddenSize;
  const mixes = kernels.arena.floats(rows * w.fn.out);
  const kBlock = ctx.parts.mhcReduction.kBlock(rows, width);
  if (kBlock < width) ctx.counters.splitKProducts++;
  kernels.matmul(streams, rows, w.fn, mixes, kBlock);
  const scales = kernels.arena.floats(rows);
  kernels.inverseRms(streams, scales, { rows, width, eps: ctx.config.rmsNormEps });
  kernels.scaleRows(mixes, scales, rows, w.fn.out);
  return mixes;
}

export interface MixedInput {
  /** [rows, D]: input of the sublayer, before its norm */
  readonly input: Float32Array;
  /** [rows, (2 + n) * n]: each row's pre, post and comb */
  readonly mixes: Float32Array;
}

/** The sublayer's input and, for afterwards, each row's post and comb. */
export function mixIn(ctx: StepContext, w: HyperConnectionWeights, streams: Float32Array, rows: number): MixedInput {
  const { hcMult: n, hcEps: eps, hcSinkhornIterations: iterations, hiddenSize } = ctx.config;
  const { kernels } = ctx;
  const size = (2 + n) * n;
  const mixes = kernels.arena.floats(rows * size);
  const input = kernels.arena.floats(rows * hiddenSize);
  const projected = projectStreams(ctx, w, streams, rows);
  kernels.sinkhornMix(projected, w.scale, w.base, rows, { streams: n, iterations, eps }, mixes);
  kernels.collapse(streams, mixes, size, rows, n, hiddenSize, input);
  return { input: toStored(ctx, input), mixes };
}

/** Spreads the sublayer's output over the mixed streams: out [rows, streams, D]. */
export function mixOut(
  ctx: StepContext,
  output: Float32Array,
  streams: Float32Array,
  mixes: Float32Array,
  rows: number,
  out: Float32Array,
): Float32Array {
  const { hcMult, hiddenSize } = ctx.config;
  ctx.kernels.spread(output, streams, mixes, rows, hcMult, hiddenSize, out);
  return toStored(ctx, out);
}

/** The collapse before a head: pre only, sigmoid(m * scale + base) + eps. */
export function collapseForHead(
  ctx: StepContext,
  w: HyperConnectionWeights,
  streams: Float32Array,
  rows: number,
): Float32Array {
  const { hcMult: n, hcEps, hiddenSize } = ctx.config;
  const { kernels } = ctx;
  const projected = projectStreams(ctx, w, streams, rows);
  const pre = kernels.arena.floats(rows * n);
  kernels.sigmoidMix(projected, w.scale[0], w.base, rows, hcEps, pre);
  const x = kernels.arena.floats(rows * hiddenSize);
  kernels.collapse(streams, pre, n, rows, n, hiddenSize, x);
  return toStored(ctx, x);
}
