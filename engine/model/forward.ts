/**
 * The forward pass over one step: embed, blocks, and on demand head and MTP.
 * @module
 */
import type { LayerShape } from '../cache/index.ts';
import { compressRatio, CSA_RATIO } from '../checkpoint/index.ts';
import type { ModelConfig } from '../checkpoint/index.ts';
import { inverseFrequencies, RopeTable, scoped } from '../kernels/index.ts';
import type { Kernels } from '../kernels/index.ts';
import type { ConditionalMemory } from '../memory/index.ts';
import type { TraceTap } from '../trace/index.ts';
import { attention } from './attention.ts';
import { collapseForHead, mixIn, mixOut } from './hyper-connection.ts';
import { addMemory, planMemory } from './memory.ts';
import type { MemoryWeights } from './memory-weights.ts';
import { moe } from './moe.ts';
import { roundingsOf } from './precision.ts';
import type { PrecisionMode } from './precision.ts';
import { assertFinite, createStepCounters, linear, toStored, trace } from './step.ts';
import type { ModelParts, RowRopeUse, Step, StepContext, StepCounters, StepSequence } from './step.ts';
import type { BlockWeights, HyperConnectionWeights, ModelWeights } from './weights.ts';

const f32 = Math.fround;

const none = new Int32Array(0);
/** Of a step without sequences (the head). */
const NO_POSITIONS: StepContext['positions'] = { query: none, key: none, 'index-query': none, output: none };

const tables = new WeakMap<Kernels, Map<string, RopeTable>>();

/** One table per kernels and frequencies: models of the same kernels share it. */
function ropeTable(kernels: Kernels, frequencies: Float32Array): RopeTable {
  const own = tables.get(kernels) ?? new Map<string, RopeTable>();
  tables.set(kernels, own);
  const key = frequencies.join();
  const known = own.get(key) ?? new RopeTable(frequencies, (x) => kernels.resident(x));
  own.set(key, known);
  return known;
}

export interface ModelOptions {
  readonly precision: PrecisionMode;
  readonly keyBlock: number;
  readonly clampSharedExpert: boolean;
  /** Index scores rounded to bfloat16; null = in the bf16 mode alone. */
  readonly bf16Scores: boolean | null;
  readonly parts: ModelParts;
  /** Conditional memory with its weights per memory layer; null = off or none. */
  readonly memory: { readonly memory: ConditionalMemory; readonly weights: readonly MemoryWeights[] } | null;
}

/** A model ready to run: weights, kernels, RoPE tables and the options that decide its bits. */
export class Model {
  readonly config: ModelConfig;
  readonly options: ModelOptions;
  readonly counters: StepCounters = createStepCounters();
  private readonly weights: ModelWeights;
  private readonly kernels: Kernels;
  private readonly ropeMain: RopeTable;
  private readonly ropeCompressed: RopeTable;

  constructor(config: ModelConfig, weights: ModelWeights, kernels: Kernels, options: ModelOptions) {
    this.config = config;
    this.options = options;
    this.weights = weights;
    this.kernels = kernels;
    this.ropeMain = ropeTable(kernels, inverseFrequencies(config.ropeTheta, config.ropeDim, null));
    this.ropeCompressed = ropeTable(kernels, inverseFrequencies(config.compressRopeTheta, config.ropeDim, config.yarn));
  }

  /** What each layer asks of the cache, MTP layers last. */
  layerShapes(): LayerShape[] {
    const { config } = this;
    return Array.from({ length: config.layers + config.mtpLayers }, (_, layer) => {
      const ratio = compressRatio(config, layer);
      return {
        ratio,
        headDim: config.headDim,
        windowSize: config.windowSize,
        indexDim: ratio === CSA_RATIO ? config.indexHeadDim : null,
        draft: layer >= config.layers,
      };
    });
  }

  private context(step: Step, tap: TraceTap | null): StepContext {
    const rows =
      tap === null
        ? []
        : step.sequences.flatMap((s) =>
            Array.from({ length: s.count }, (_, i) => ({ request: s.request, position: s.start + i })),
          );
    return {
      config: this.config,
      kernels: this.kernels,
      roundings: roundingsOf(this.options.precision),
      parts: this.options.parts,
      keyBlock: this.options.keyBlock,
      clampSharedExpert: this.options.clampSharedExpert,
      bf16Scores: this.options.bf16Scores ?? this.options.precision === 'bf16',
      ropeMain: this.ropeMain,
      ropeCompressed: this.ropeCompressed,
      positions: this.positions(step),
      tap,
      counters: this.counters,
      step,
      traceRows: rows,
    };
  }

  /** The positions of each use of RoPE, and tables that reach so far. */
  private positions(step: Step): StepContext['positions'] {
    const { rules } = this.options.parts;
    const { ropeMain, ropeCompressed } = this;
    const of = (use: RowRopeUse): Int32Array => {
      const positions = this.kernels.arena.ints(step.tokenIds.length);
      let last = 0;
      for (const s of step.sequences)
        for (let i = 0; i < s.count; i++) {
          const position = rules.ropePosition(use, s.start + i, s.from + i, s);
          positions[s.from + i] = position;
          last = Math.max(last, position);
        }
      ropeMain.ensure(last);
      ropeCompressed.ensure(last);
      return positions;
    };
    if (step.sequences.length === 0) return NO_POSITIONS;
    return { query: of('query'), key: of('key'), 'index-query': of('index-query'), output: of('output') };
  }

  /**
   * Runs work whose arrays (the streams of `forward` and `mtp`) are used by nobody afterwards: they lie in the kernels' arena, which
   * takes them back.
   */
  scoped<T>(work: () => T): T {
    return scoped(this.kernels.arena, work);
  }

  /**
   * Runs the new tokens of all sequences through all blocks and advances their states.
   *
   * @returns [rows, hcMult, D]: the streams after the last block, valid within the caller's `scoped`
   */
  forward(step: Step, tap: TraceTap | null): Float32Array {
    const ctx = this.context(step, tap);
    for (const s of step.sequences) rememberTokens(step, s);
    let streams = this.embed(step.tokenIds);
    let spare = this.kernels.arena.floats(streams.length);
    trace(ctx, 'embed', streams);
    const { memory } = this.options;
    const plan = memory === null ? null : planMemory(memory.memory, step);
    this.weights.blocks.forEach((w, layer) => {
      const index = memory?.memory.indexOf(layer) ?? -1;
      if (memory !== null && plan !== null && index >= 0)
        addMemory(ctx, memory.memory, memory.weights[index], index, plan, streams);
      const { arena } = this.kernels;
      const mark = arena.mark();
      this.block(ctx, w, layer, streams, `layers.${layer}`, spare);
      arena.release(mark);
      [streams, spare] = [spare, streams];
    });
    for (const s of step.sequences) s.state.length = s.start + s.count;
    return streams;
  }

  /** [rows, hcMult, D]: the embedding, copied into every stream. */
  private embed(tokenIds: Int32Array): Float32Array {
    const { hcMult, hiddenSize: D } = this.config;
    const out = this.kernels.arena.floats(tokenIds.length * hcMult * D);
    tokenIds.forEach((id, r) => {
      const row = this.weights.embed.subarray(id * D, (id + 1) * D);
      for (let j = 0; j < hcMult; j++) out.set(row, (r * hcMult + j) * D);
    });
    return out;
  }

  /** One block from streams to out. */
  private block(
    ctx: StepContext,
    w: BlockWeights,
    layer: number,
    streams: Float32Array,
    op: string,
    out: Float32Array,
  ): void {
    const rows = ctx.step.tokenIds.length;
    const attn = mixIn(ctx, w.hcAttn, streams, rows);
    trace(ctx, `${op}.attn.input`, attn.input);
    this.inputNorm(ctx, attn.input, w.attnNorm);
    const attended = attention(ctx, w.attn, layer, toStored(ctx, attn.input), `${op}.attn`);
    assertFinite(ctx.kernels, attended, `${op}.attn`);
    trace(ctx, `${op}.attn`, attended);
    const between = mixOut(ctx, attended, streams, attn.mixes, rows, ctx.kernels.arena.floats(streams.length));
    const ffn = mixIn(ctx, w.hcFfn, between, rows);
    trace(ctx, `${op}.ffn.input`, ffn.input);
    this.inputNorm(ctx, ffn.input, w.ffnNorm);
    const mixed = moe(ctx, w.moe, toStored(ctx, ffn.input), `${op}.ffn`);
    assertFinite(ctx.kernels, mixed, `${op}.ffn`);
    trace(ctx, `${op}.ffn`, mixed);
    trace(ctx, op, mixOut(ctx, mixed, between, ffn.mixes, rows, out));
  }

  private inputNorm(ctx: StepContext, x: Float32Array, weight: Float32Array): void {
    const { hiddenSize: width, rmsNormEps: eps } = this.config;
    for (const s of ctx.step.sequences)
      ctx.parts.inputNorm(
        x.subarray(s.from * width, (s.from + s.count) * width),
        weight,
        { rows: s.count, width, eps },
        s,
        this.kernels,
      );
  }

  /** Logits [rows, vocab] in float32 from streams [rows, hcMult, D]. `stepRows` is the row count of the step they came from. */
  head(streams: Float32Array, rows: number, tap: TraceTap | null = null): Float32Array {
    return this.logits(streams, rows, this.weights.hcHead, this.weights.norm, 'head', tap);
  }

  private logits(
    streams: Float32Array,
    rows: number,
    hcHead: HyperConnectionWeights,
    norm: Float32Array,
    op: string,
    tap: TraceTap | null,
  ): Float32Array {
    const { hiddenSize, vocabSize, rmsNormEps } = this.config;
    const { arena } = this.kernels;
    const mark = arena.mark();
    const ctx = this.context({ tokenIds: new Int32Array(rows), sequences: [] }, tap);
    const x = collapseForHead(ctx, hcHead, streams, rows);
    ctx.kernels.rmsNorm(x, norm, x, { rows, width: hiddenSize, eps: rmsNormEps });
    toStored(ctx, x);
    const out = new Float32Array(rows * vocabSize);
    this.kernels.matmul(x, rows, this.weights.head, out, hiddenSize);
    arena.release(mark);
    assertFinite(this.kernels, out, op);
    return out;
  }

  /**
   * Multi-token prediction: one more block over e_proj(enorm(embed(ids))) + h_proj(hnorm(streams)), with its own norm and collapse.
   *
   * @param streams - [rows, hcMult, D]: what `forward` returned for the same rows
   * @param step - token ids to combine, at the same positions
   * @returns logits [rows, vocab], and the streams [rows, hcMult, D] from which a further token could be drafted
   */
  mtp(streams: Float32Array, step: Step, depth = 0): { logits: Float32Array; streams: Float32Array } {
    const w = this.weights.mtp[depth];
    if (w === undefined) throw new RangeError(`mtp: expected a depth below ${this.weights.mtp.length}, got ${depth}`);
    const { hcMult, hiddenSize: D, rmsNormEps } = this.config;
    const rows = step.tokenIds.length;
    const ctx = this.context(step, null);
    const { arena } = this.kernels;
    const out = arena.floats(streams.length);
    const mark = arena.mark();
    const e = arena.floats(rows * D);
    step.tokenIds.forEach((id, r) => e.set(this.weights.embed.subarray(id * D, (id + 1) * D), r * D));
    ctx.kernels.rmsNorm(e, w.eNorm, e, { rows, width: D, eps: rmsNormEps });
    const fromToken = linear(ctx, w.eProj, toStored(ctx, e), rows);
    const h = arena.floats(streams.length);
    ctx.kernels.rmsNorm(streams, w.hNorm, h, { rows: rows * hcMult, width: D, eps: rmsNormEps });
    const x = linear(ctx, w.hProj, toStored(ctx, h), rows * hcMult);
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < hcMult; j++)
        for (let d = 0; d < D; d++) {
          const at = (r * hcMult + j) * D + d;
          x[at] = f32(fromToken[r * D + d] + x[at]);
        }
    this.block(ctx, w.block, this.config.layers + depth, toStored(ctx, x), `mtp.${depth}`, out);
    arena.release(mark);
    return { logits: this.logits(out, rows, w.hcHead, w.norm, `mtp.${depth}.head`, null), streams: out };
  }
}

/** In audit mode: the hashes of the tokens seen. Those of rejected tokens are dropped by the next step. */
function rememberTokens(step: Step, { state, start, from, count }: StepSequence): void {
  const { tokenHashes } = state;
  if (tokenHashes === null) return;
  tokenHashes.truncate(start);
  for (let i = 0; i < count; i++) tokenHashes.push(step.tokenIds[from + i]);
}
