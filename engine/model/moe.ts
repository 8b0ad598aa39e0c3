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
import { expF32, sigmoidF32, softplusF32 } from '../formats/index.ts';
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
  const logits = ctx.kernels.arena.floats(rows * config.experts);
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
  return toStored(ctx, combineExperts(ctx, w, x, served));
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
  const best = new Int32Array(k);
  const ranks = new Float32Array(k).fill(Number.NEGATIVE_INFINITY);
  let held = 0;
  scores.forEach((score, e) => {
    const rank = bias === null ? score : f32(score + bias[e]);
    let at = held;
    while (at > 0 && rank > ranks[at - 1]) at--;
    if (at >= k) return;
    best.copyWithin(at + 1, at, k - 1);
    ranks.copyWithin(at + 1, at, k - 1);
    best[at] = e;
    ranks[at] = rank;
    if (held < k) held++;
  });
  return best;
}

/** [rows, D]: each expert runs once on all rows that chose it; a row's outputs are then summed in the order of the dispatch part. */
function combineExperts(ctx: StepContext, w: MoeWeights, x: Float32Array, routings: readonly Routing[]): Float32Array {
  const { hiddenSize: D, experts, swigluLimit } = ctx.config;
  const { arena } = ctx.kernels;
  const rows = routings.length;
  const sum = arena.floats(rows * D);
  const mark = arena.mark();
  // outputs one after the other: those of expert 0, 1, ..., then the shared expert's
  const users = usersOf(routings, experts);
  const routed = users.reduce((all, { rows: own }) => all + own.length, 0);
  const outputs = arena.floats((routed + rows) * D);
  const places = routings.map((routing) => new Int32Array(routing.experts.length));
  let at = 0;
  for (const { expert, rows: own, slots } of users) {
    const inner = arena.mark();
    const input = arena.floats(own.length * D);
    const weights = arena.floats(own.length);
    own.forEach((row, i) => {
      input.set(x.subarray(row * D, (row + 1) * D), i * D);
      weights[i] = routings[row].weights[slots[i]];
      places[row][slots[i]] = at + i;
    });
    const out = runExpert(ctx, w.experts[expert], input, weights, own.length, swigluLimit);
    outputs.set(out, at * D);
    at += own.length;
    arena.release(inner);
  }
  outputs.set(runExpert(ctx, w.shared, x, null, rows, ctx.clampSharedExpert ? swigluLimit : 0), routed * D);
  const orders = routings.map((routing, row) => ctx.parts.expertDispatch.combineOrder(routing, row, rows));
  const longest = orders.reduce((most, order) => Math.max(most, order.length), 0);
  const index = arena.ints(rows * longest).fill(-1);
  orders.forEach((order, row) =>
    order.forEach((slot, i) => {
      index[row * longest + i] = slot === SHARED_EXPERT ? routed + row : places[row][slot];
    }),
  );
  ctx.kernels.sumRows(outputs, index, rows, D, sum);
  arena.release(mark);
  return sum;
}

interface ExpertUsers {
  readonly expert: number;
  readonly rows: number[];
  /** Which of a row's experts it is. */
  readonly slots: number[];
}

/** The rows of each expert that has any, ascending. */
function usersOf(routings: readonly Routing[], experts: number): ExpertUsers[] {
  const users = Array.from({ length: experts }, (_, expert): ExpertUsers => ({ expert, rows: [], slots: [] }));
  routings.forEach((routing, row) =>
    routing.experts.forEach((expert, slot) => {
      users[expert].rows.push(row);
      users[expert].slots.push(slot);
    }),
  );
  return users.filter(({ rows }) => rows.length > 0);
}

/** w2(silu(min(w1 x, limit)) * clamp(w3 x) * weight); limit 0 = no clamp, weights null = all 1. */
function runExpert(
  ctx: StepContext,
  w: ExpertWeights,
  x: Float32Array,
  weights: Float32Array | null,
  rows: number,
  limit: number,
): Float32Array {
  const gate = linear(ctx, w.w1, x, rows);
  const up = linear(ctx, w.w3, x, rows);
  const bound = limit > 0 ? limit : Number.POSITIVE_INFINITY;
  ctx.kernels.swiglu(gate, up, weights, rows, w.w1.matrix.out, bound);
  return linear(ctx, w.w2, toStored(ctx, gate), rows);
}
