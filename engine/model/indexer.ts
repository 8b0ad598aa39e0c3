/**
 * Lightning indexer of CSA layers: which compressed entries a token attends to.
 *
 * I[t, s] = sum over heads ascending of w[t, h] * relu(q[t, h] . k[s]); the best k of the visible entries, ties by rule.
 * Queries are rotated (Hadamard) and, where KV is quantised, rounded to FP4 like the keys. Source: specification section 8.
 * @module
 */
import type { EntryList } from '../cache/index.ts';
import { fakeQuantFp4Mx, roundBf16 } from '../formats/index.ts';
import { hadamard, topK } from '../kernels/index.ts';
import { INDEX_QUANT_GROUP } from './compressor.ts';
import { linear, toStored } from './step.ts';
import type { StepContext, StepSequence } from './step.ts';
import type { AttentionWeights } from './weights.ts';

const f32 = Math.fround;

export interface IndexQueries {
  /** [rows, heads, dim] */
  readonly q: Float32Array;
  /** [rows, heads] */
  readonly weights: Float32Array;
}

/** Queries and head weights of all rows. */
export function indexQueries(
  ctx: StepContext,
  w: NonNullable<AttentionWeights['indexer']>,
  x: Float32Array,
  qr: Float32Array,
  rows: number,
): IndexQueries {
  const { indexHeads, indexHeadDim, ropeDim } = ctx.config;
  const q = linear(ctx, w.wqB, qr, rows);
  for (const sequence of ctx.step.sequences)
    for (let i = 0; i < sequence.count; i++)
      for (let h = 0; h < indexHeads; h++)
        ctx.ropeCompressed.rotate(
          q,
          ((sequence.from + i) * indexHeads + h + 1) * indexHeadDim - ropeDim,
          sequence.start + i,
          false,
        );
  toStored(ctx, q);
  hadamard(q, rows * indexHeads, indexHeadDim);
  toStored(ctx, q);
  if (ctx.roundings.quantiseKv) fakeQuantFp4Mx(q, 0, q.length, INDEX_QUANT_GROUP);
  const weights = linear(ctx, w.weightsProj, x, rows);
  const scale = f32(f32(1 / Math.sqrt(indexHeadDim)) * f32(1 / Math.sqrt(indexHeads)));
  for (let i = 0; i < weights.length; i++) weights[i] = f32(weights[i] * scale);
  return { q, weights: toStored(ctx, weights) };
}

/** Selected entry numbers, ascending, for each row of one request. */
export function selectEntries(
  ctx: StepContext,
  queries: IndexQueries,
  sequence: StepSequence,
  keys: EntryList,
  ratio: number,
): Int32Array[] {
  const { indexHeads, indexHeadDim, indexTopK } = ctx.config;
  const rows = ctx.kernels.loadRows([{ data: keys.data, from: 0, count: keys.count }], indexHeadDim);
  const all = Int32Array.from({ length: keys.count }, (_, s) => s);
  const dots = new Float32Array(indexHeads * keys.count);
  const scores = new Float32Array(keys.count);
  const out: Int32Array[] = [];
  for (let i = 0; i < sequence.count; i++) {
    const visible = Math.floor((sequence.start + i + 1) / ratio);
    if (visible <= indexTopK) {
      out.push(all.subarray(0, visible));
      continue;
    }
    const row = sequence.from + i;
    const q = queries.q.subarray(row * indexHeads * indexHeadDim, (row + 1) * indexHeads * indexHeadDim);
    ctx.kernels.rowDots(q, indexHeads, rows, all.subarray(0, visible), dots);
    weigh(dots, queries.weights, row * indexHeads, visible, indexHeads, scores, ctx.roundings.bf16);
    const selected = topK(scores, 0, visible, indexTopK, ctx.parts.tieRule);
    ctx.counters.topkSelections++;
    if (selected.tieAtBoundary) ctx.counters.topkTies++;
    out.push(selected.indices);
  }
  return out;
}

/** In bf16 mode the score tensors are bfloat16 at every step, as in the official code: exact ties become common. */
function weigh(
  dots: Float32Array,
  weights: Float32Array,
  weightFrom: number,
  count: number,
  heads: number,
  scores: Float32Array,
  bf16: boolean,
): void {
  const stored = bf16 ? roundBf16 : (x: number): number => x;
  for (let s = 0; s < count; s++) {
    let sum = 0;
    for (let h = 0; h < heads; h++) {
      const dot = stored(dots[h * count + s]);
      sum = f32(sum + stored(f32(weights[weightFrom + h] * (dot > 0 ? dot : 0))));
    }
    scores[s] = stored(sum);
  }
}
