/**
 * The memory sublayer: looked-up values enter the raw streams of a layer before its mixing.
 *
 * Source: specification sections 12.7 and 12.8.
 * @module
 */
import { roundBf16InPlace } from '../formats/index.ts';
import { addMemoryV41, memoryPaper, MemoryState, paperGate, v41Gate } from '../memory/index.ts';
import type { ConditionalMemory } from '../memory/index.ts';
import type { BiasedLinear, MemoryWeights } from './memory-weights.ts';
import { linear, toStored, trace } from './step.ts';
import type { Step, StepContext, StepSequence } from './step.ts';

const f32 = Math.fround;

/** Rows of every memory layer for every row of the step: [rows, columns] per memory layer. */
export type MemoryPlan = readonly Int32Array[];

/** What each request's new tokens address; takes the tokens into the histories. */
export function planMemory(memory: ConditionalMemory, step: Step): MemoryPlan {
  const plan = memory.shape.layerIds.map(() => new Int32Array(step.tokenIds.length * memory.columns));
  for (const s of step.sequences) {
    const state = stateOf(s);
    const tokenIds = step.tokenIds.subarray(s.from, s.from + s.count);
    memory.rowsOf(state, tokenIds).forEach((rows, index) => plan[index].set(rows, s.from * memory.columns));
    const { journal } = s.state;
    memory.advance(
      state,
      tokenIds,
      journal === null ? null : (i) => journal.saveRange(s.start + i, state.history, 0, state.history.length),
    );
  }
  return plan;
}

function stateOf({ state, request }: StepSequence): MemoryState {
  if (!(state.memory instanceof MemoryState)) throw new Error(`invariant: request ${request} has no memory state`);
  return state.memory;
}

/** Adds the memory of layer number `index` to streams [rows, hcMult, D], in place. */
export function addMemory(
  ctx: StepContext,
  memory: ConditionalMemory,
  w: MemoryWeights,
  index: number,
  plan: MemoryPlan,
  streams: Float32Array,
): void {
  const op = `layers.${memory.shape.layerIds[index]}.engram`;
  const rows = ctx.step.tokenIds.length;
  trace(ctx, `${op}.rows`, plan[index]);
  const values = memory.gather(index, plan[index]);
  trace(ctx, `${op}.values`, values);
  const { hcMult, hiddenSize: width, rmsNormEps: eps } = ctx.config;
  const gate = ctx.parts.memoryGate ?? (w.form === 'v41' ? v41Gate : paperGate);
  ctx.counters.memoryRows += plan[index].length;
  if (w.form === 'v41')
    addMemoryV41(streams, linear(ctx, w.wkv, values, rows), w.gate, { rows, hcMult, width, eps }, gate);
  else {
    const keys = w.keys.map((key) => biased(ctx, key, values, rows));
    const value = biased(ctx, w.value, values, rows);
    const out = new Float32Array(hcMult * width);
    for (const s of ctx.step.sequences) {
      const tail = { rows: stateOf(s).tails[index] };
      for (let i = 0; i < s.count; i++) {
        const row = s.from + i;
        const own = (all: Float32Array): Float32Array => all.subarray(row * width, (row + 1) * width);
        memoryPaper(
          streams,
          row,
          keys.map(own),
          own(value),
          s.start + i,
          tail,
          w.conv,
          { rows, hcMult, width },
          gate,
          out,
          (from, to) => s.state.journal?.saveRange(s.start + i, tail.rows, from, to),
        );
        const at = row * hcMult * width;
        for (let c = 0; c < out.length; c++) streams[at + c] = f32(streams[at + c] + out[c]);
      }
    }
  }
  toStored(ctx, streams);
  trace(ctx, op, streams);
}

function biased(ctx: StepContext, { linear: weight, bias }: BiasedLinear, x: Float32Array, rows: number): Float32Array {
  const y = linear(ctx, weight, x, rows);
  for (let r = 0; r < rows; r++)
    for (let n = 0; n < bias.length; n++) y[r * bias.length + n] = f32(y[r * bias.length + n] + bias[n]);
  if (ctx.roundings.bf16) roundBf16InPlace(y);
  return y;
}
