/**
 * Lightning indexer of CSA layers: which compressed entries a token attends to.
 *
 * I[t, s] = sum over heads ascending of w[t, h] * relu(q[t, h] . k[s]); the best k of the visible entries, ties by rule.
 * Queries are rotated (Hadamard) and, where KV is quantised, rounded to FP4 like the keys. Source: specification section 8.
 * @module
 */
import type { EntryList } from '../cache/index.ts';
import { roundBf16 } from '../formats/index.ts';
import { specifiedRules } from './rules.ts';
import { linear, toStored, trace, wantedTag } from './step.ts';
import type { StepContext, StepSequence } from './step.ts';
import type { AttentionWeights } from './weights.ts';

const f32 = Math.fround;
/** Columns per scale of an FP4 query, as in the key records. */
const QUERY_QUANT_GROUP = 32;

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
  op: string,
): IndexQueries {
  const { indexHeads, indexHeadDim, ropeDim } = ctx.config;
  const q = linear(ctx, w.wqB, qr, rows);
  const at = { from: indexHeadDim - ropeDim, vectors: indexHeads, stride: indexHeadDim };
  ctx.kernels.rotate(q, at, ctx.positions['index-query'], ctx.ropeCompressed, false);
  toStored(ctx, q);
  ctx.kernels.hadamard(q, rows * indexHeads, indexHeadDim);
  toStored(ctx, q);
  if (ctx.parts.records.indexKey.name !== 'f32') ctx.kernels.quantiseFp4(q, QUERY_QUANT_GROUP);
  const weights = linear(ctx, w.weightsProj, x, rows);
  const scale = f32(f32(1 / Math.sqrt(indexHeadDim)) * f32(1 / Math.sqrt(indexHeads)));
  for (let i = 0; i < weights.length; i++) weights[i] = f32(weights[i] * scale);
  trace(ctx, `${op}.indexer.q`, q);
  return { q, weights: toStored(ctx, weights) };
}

/** Selected entry numbers, in the order of attention, for each row of one request. */
export function selectEntries(
  ctx: StepContext,
  queries: IndexQueries,
  sequence: StepSequence,
  layer: number,
  keys: EntryList,
  visibleOf: (row: number) => number,
): Int32Array[] {
  const { indexHeads, indexHeadDim, indexTopK } = ctx.config;
  const { selection } = ctx.parts;
  const scored = (visible: number): boolean => visible > indexTopK || (selection.alwaysScores && visible > 0);
  // a replay has entries that its rows may not see yet: they are not read
  const last = visibleOf(sequence.count - 1);
  const all = Int32Array.from({ length: last }, (_, s) => s);
  if (!scored(last)) return Array.from({ length: sequence.count }, (_, i) => all.subarray(0, visibleOf(i)));
  const { ratio } = keys.section;
  const { arena } = ctx.kernels;
  const mark = arena.mark();
  const rows = ctx.kernels.loadRows(
    keys.audited
      ? [
          {
            kind: 'records',
            count: last,
            read: (e, out, at) => keys.read(e, out, at, wantedTag(sequence, e * ratio, (e + 1) * ratio - 1)),
          },
        ]
      : keys.sources(all),
    indexHeadDim,
  );
  const dots = arena.floats(indexHeads * last);
  const scores = arena.floats(last);
  const out: Int32Array[] = [];
  for (let i = 0; i < sequence.count; i++) {
    const visible = visibleOf(i);
    if (!scored(visible)) {
      out.push(all.subarray(0, visible));
      continue;
    }
    const row = sequence.from + i;
    const q = queries.q.subarray(row * indexHeads * indexHeadDim, (row + 1) * indexHeads * indexHeadDim);
    ctx.kernels.rowDots(q, indexHeads, rows, all.subarray(0, visible), dots);
    weigh(ctx, dots, queries.weights.subarray(row * indexHeads, (row + 1) * indexHeads), visible, scores);
    const place = { request: sequence.request, position: sequence.start + i, layer, row };
    const selected = selection.select(scores, visible, Math.min(indexTopK, visible), place);
    ctx.counters.topkSelections++;
    if (selected.tieAtBoundary) ctx.counters.topkTies++;
    if (ctx.tap !== null)
      ctx.tap({
        op: `layers.${layer}.attn.indexer.scores`,
        rows: [{ request: sequence.request, position: sequence.start + i }],
        values: scores.slice(0, visible),
      });
    out.push(selected.indices);
  }
  arena.release(mark);
  return out;
}

/**
 * Sum over heads of weight * activation(dot). With bf16 scores (the official code; the report casts at the end) every step is
 * rounded to bfloat16: exact ties become common.
 */
function weigh(ctx: StepContext, dots: Float32Array, weights: Float32Array, count: number, scores: Float32Array): void {
  const activation = ctx.parts.rules.indexActivation;
  if (activation === specifiedRules.indexActivation) {
    ctx.kernels.weighHeads(dots, weights, count, ctx.bf16Scores, scores);
    return;
  }
  const heads = ctx.config.indexHeads;
  const stored = ctx.bf16Scores ? roundBf16 : (x: number): number => x;
  for (let s = 0; s < count; s++) {
    let sum = 0;
    for (let h = 0; h < heads; h++) {
      const dot = activation(stored(dots[h * count + s]));
      sum = f32(sum + stored(f32(weights[h] * dot)));
    }
    scores[s] = stored(sum);
  }
}
