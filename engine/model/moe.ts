/**
 * Mixture of experts: scores sqrt(softplus(gate x)), selection by score + bias (or by a frozen table of token ids), a shared expert.
 *
 * Per token, expert outputs are summed in float32 in ascending expert number, then the shared expert's: the order does not
 * depend on the batch. The routing weight is applied before w2. Routed experts clamp (swiglu_limit). Ports of V4 disagree on
 * the shared expert (specification section 14): the reference outputs in test/golden/dsv4 clamp it, so that is the default here;
 * `clampSharedExpert: false` is the other reading.
 * Source: specification section 14; test/golden/README.md.
 * @module
 */
import { expF32, roundBf16InPlace, sigmoidF32, softplusF32 } from '../formats/index.ts';
import { SHARED_EXPERT } from './expert-dispatch.ts';
import { linear, toStored, trace } from './step.ts';
import type { StepContext } from './step.ts';
import type { ModelConfig } from '../checkpoint/index.ts';
import type { ExpertWeights, MoeWeights } from './weights.ts';

const f32 = Math.fround;

export interface Routing {
  /** [k] expert numbers: table order, or descending score + bias */
  readonly experts: Int32Array;
  /** [k] */
  readonly weights: Float32Array;
}

/** @returns [rows, D] */
export function moe(ctx: StepContext, w: MoeWeights, x: Float32Array, op: string): Float32Array {
  const { config } = ctx;
  const rows = ctx.step.tokenIds.length;
  const logits = new Float32Array(rows * config.experts);
  ctx.kernels.matmul(x, rows, w.gate, logits, config.hiddenSize);
  const routings: Routing[] = [];
  for (let r = 0; r < rows; r++) {
    const table = w.expertsOfToken;
    const k = config.expertsPerToken;
    const token = ctx.step.tokenIds[r];
    const chosen = table === null ? null : table.subarray(token * k, (token + 1) * k);
    routings.push(route(logits.subarray(r * config.experts, (r + 1) * config.experts), w.bias, chosen, config));
  }
  if (ctx.tap !== null) {
    const ids = new Int32Array(rows * config.expertsPerToken);
    routings.forEach((routing, r) => ids.set(routing.experts, r * config.expertsPerToken));
    trace(ctx, `${op}.experts`, ids);
  }
  const served = ctx.parts.expertDispatch.admit(routings);
  const shared = runExpert(ctx, w.shared, x, null, rows, ctx.clampSharedExpert ? config.swigluLimit : 0);
  return toStored(ctx, combineExperts(ctx, w, x, served, shared));
}

/**
 * Chooses experts and their weights for one token.
 *
 * @param logits - [experts] f32
 * @param bias - [experts], used for the selection only; null = none
 * @param chosen - fixed experts of a hash-routed layer; null = select by score
 */
export function route(
  logits: Float32Array,
  bias: Float32Array | null,
  chosen: Int32Array | null,
  config: Pick<ModelConfig, 'scoring' | 'expertsPerToken' | 'routedScale'>,
): Routing {
  const scores = expertScores(logits, config.scoring);
  const experts = chosen ?? selectExperts(scores, bias, config.expertsPerToken);
  const weights = Float32Array.from(experts, (e) => scores[e]);
  if (config.scoring !== 'softmax') {
    let sum = 0;
    for (const weight of weights) sum = f32(sum + weight);
    for (let i = 0; i < weights.length; i++) weights[i] = f32(weights[i] / sum);
  }
  for (let i = 0; i < weights.length; i++) weights[i] = f32(weights[i] * f32(config.routedScale));
  return { experts, weights };
}

function expertScores(logits: Float32Array, scoring: ModelConfig['scoring']): Float32Array {
  switch (scoring) {
    case 'sqrtsoftplus':
      return logits.map((z) => f32(Math.sqrt(softplusF32(z))));
    case 'sigmoid':
      return logits.map((z) => sigmoidF32(z));
    case 'softmax': {
      const max = logits.reduce((a, b) => (b > a ? b : a));
      const out = logits.map((z) => expF32(f32(z - max)));
      let sum = 0;
      for (const p of out) sum = f32(sum + p);
      return out.map((p) => f32(p / sum));
    }
  }
}

/** The k best of score + bias, best first; equal values: lower expert number first. */
function selectExperts(scores: Float32Array, bias: Float32Array | null, k: number): Int32Array {
  const ranked = bias === null ? scores : scores.map((s, e) => f32(s + bias[e]));
  const order = Int32Array.from(ranked, (_, e) => e).sort((a, b) => ranked[b] - ranked[a] || a - b);
  return order.slice(0, k);
}

/** [rows, D]: each expert runs once on all rows that chose it; a row's outputs are then summed in the order of the dispatch part. */
function combineExperts(
  ctx: StepContext,
  w: MoeWeights,
  x: Float32Array,
  routings: readonly Routing[],
  shared: Float32Array,
): Float32Array {
  const D = ctx.config.hiddenSize;
  const rows = routings.length;
  const outputs = routings.map((routing) => new Array<Float32Array>(routing.experts.length));
  for (let e = 0; e < ctx.config.experts; e++) {
    const users = routings.flatMap(({ experts, weights }, row) => {
      const slot = experts.indexOf(e);
      return slot < 0 ? [] : [{ row, slot, weight: weights[slot] }];
    });
    if (users.length === 0) continue;
    const input = new Float32Array(users.length * D);
    users.forEach(({ row }, i) => input.set(x.subarray(row * D, (row + 1) * D), i * D));
    const weights = users.map(({ weight }) => weight);
    const out = runExpert(ctx, w.experts[e], input, weights, users.length, ctx.config.swigluLimit);
    users.forEach(({ row, slot }, i) => (outputs[row][slot] = out.subarray(i * D, (i + 1) * D)));
  }
  const sum = new Float32Array(rows * D);
  routings.forEach((routing, row) => {
    for (const slot of ctx.parts.expertDispatch.combineOrder(routing, row, rows)) {
      const out = slot === SHARED_EXPERT ? shared.subarray(row * D, (row + 1) * D) : outputs[row][slot];
      for (let d = 0; d < D; d++) sum[row * D + d] = f32(sum[row * D + d] + out[d]);
    }
  });
  return sum;
}

/** w2(silu(min(w1 x, limit)) * clamp(w3 x) * weight); limit 0 = no clamp, weights null = all 1. */
function runExpert(
  ctx: StepContext,
  w: ExpertWeights,
  x: Float32Array,
  weights: readonly number[] | null,
  rows: number,
  limit: number,
): Float32Array {
  const gate = linear(ctx, w.w1, x, rows);
  const up = linear(ctx, w.w3, x, rows);
  const inter = w.w1.matrix.out;
  const bound = limit > 0 ? f32(limit) : Number.POSITIVE_INFINITY;
  for (let r = 0; r < rows; r++)
    for (let i = r * inter; i < (r + 1) * inter; i++) {
      const g = Math.min(gate[i], bound);
      const u = Math.max(-bound, Math.min(bound, up[i]));
      const z = f32(f32(g * sigmoidF32(g)) * u);
      gate[i] = weights === null ? z : f32(z * weights[r]);
    }
  if (ctx.roundings.bf16) roundBf16InPlace(gate);
  return linear(ctx, w.w2, gate, rows);
}
