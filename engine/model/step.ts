/**
 * What a forward step works on: the new tokens of several requests, flattened to rows, and the settings that shape the numbers.
 *
 * Invariant: nothing here lets one row's result depend on another request's rows, except through the two parts that do so on
 * purpose (split policy, hyper-connection reduction), which are off by default.
 * @module
 */
import type { CompressorState, RecordTag, StateBlock } from '../cache/index.ts';
import type { ModelConfig } from '../checkpoint/index.ts';
import type { RecordSet } from '../formats/index.ts';
import type { Kernels, NormShape, RopeTable } from '../kernels/index.ts';
import type { MemoryGate } from '../memory/index.ts';
import type { TraceEvent, TraceTap } from '../trace/index.ts';
import type { ExpertDispatch } from './expert-dispatch.ts';
import type { MhcReduction } from './mhc-reduction.ts';
import type { Roundings } from './precision.ts';
import type { AttentionRules, RopeUse } from './rules.ts';
import type { EntrySelection } from './selection.ts';
import type { SplitPolicy } from './split-policy.ts';
import type { Linear } from './weights.ts';

/** New tokens of one request: rows from .. from + count of the step, positions start .. start + count. */
export interface StepSequence {
  readonly request: string;
  readonly state: StateBlock;
  readonly start: number;
  readonly from: number;
  readonly count: number;
  /** True for one generated token fed back: the only rows that a split policy may cut. */
  readonly decode: boolean;
  /** First position whose window row the state may hold. */
  readonly windowStart: number;
  /** Tokens of the whole prompt; what a chunk may not see yet. */
  readonly promptLength: number;
}

export interface Step {
  /** [rows] */
  readonly tokenIds: Int32Array;
  readonly sequences: readonly StepSequence[];
}

/** The replaceable parts that the forward pass calls. */
export interface ModelParts {
  readonly splitPolicy: SplitPolicy;
  readonly mhcReduction: MhcReduction;
  readonly selection: EntrySelection;
  readonly rules: AttentionRules;
  readonly expertDispatch: ExpertDispatch;
  /** The norm before attention and before the experts; called once per sequence of the step. */
  readonly inputNorm: InputNorm;
  /** How the uncompressed tail of a compressor enters the next chunk: the default leaves it as it is. */
  readonly tailCarry: TailCarry;
  readonly records: RecordSet;
  /** Gate of the conditional memory; null = the one of the checkpoint's form. */
  readonly memoryGate: MemoryGate | null;
}

/** x [count, width] of one sequence, from row `from`; written in place. */
export type InputNorm = (
  x: Float32Array,
  weight: Float32Array,
  shape: NormShape,
  sequence: StepSequence,
  kernels: Kernels,
) => void;
export type TailCarry = (state: CompressorState, sequence: StepSequence) => void;

export interface StepCounters {
  /** (token, layer) attentions computed in more than one split. */
  splits: number;
  /** Largest number of splits of one attention. */
  maxSplits: number;
  /** Compressed entries formed. */
  entries: number;
  /** Entries that a replay formed again and that were kept as they were. */
  entriesKept: number;
  /** Compressed entries decoded for attention. */
  entriesRead: number;
  /** KV rows and entries that went through quantisation. */
  quantisedRecords: number;
  /** Top-k selections that rejected something, and those of them decided by the tie rule. */
  topkSelections: number;
  topkTies: number;
  /** Memory rows looked up. */
  memoryRows: number;
  /** Hyper-connection products computed in more than one k-block. */
  splitKProducts: number;
}

export function createStepCounters(): StepCounters {
  return {
    splits: 0,
    maxSplits: 0,
    entries: 0,
    entriesKept: 0,
    entriesRead: 0,
    quantisedRecords: 0,
    topkSelections: 0,
    topkTies: 0,
    memoryRows: 0,
    splitKProducts: 0,
  };
}

/** Uses of RoPE that turn one vector per row or more; an entry turns by its own position. */
export type RowRopeUse = Exclude<RopeUse, 'entry'>;

/** Everything that is the same for the whole step. */
export interface StepContext {
  readonly config: ModelConfig;
  readonly kernels: Kernels;
  readonly roundings: Roundings;
  readonly parts: ModelParts;
  readonly keyBlock: number;
  /** Whether the shared expert clamps like the routed ones. */
  readonly clampSharedExpert: boolean;
  /** Index scores rounded to bfloat16 at every step. */
  readonly bf16Scores: boolean;
  readonly ropeMain: RopeTable;
  readonly ropeCompressed: RopeTable;
  /** [rows] each: the positions by which the vectors of each use are rotated. */
  readonly positions: Readonly<Record<RowRopeUse, Int32Array>>;
  readonly tap: TraceTap | null;
  readonly counters: StepCounters;
  readonly step: Step;
  /** For trace events; made only when somebody listens. */
  readonly traceRows: TraceEvent['rows'];
}

/** x [rows, in] through a weight; quantises activations and sums block by block where the mode and the stored weight say so. */
export function linear(ctx: StepContext, weight: Linear, x: Float32Array, rows: number): Float32Array {
  const { matrix, quantBlock } = weight;
  const { arena } = ctx.kernels;
  const y = arena.floats(rows * matrix.out);
  if (ctx.roundings.quantiseActivations && quantBlock > 0) {
    const mark = arena.mark();
    ctx.kernels.matmul(quantised(ctx, x, rows, matrix.in), rows, matrix, y, quantBlock);
    arena.release(mark);
  } else ctx.kernels.matmul(x, rows, matrix, y, matrix.in);
  return toStored(ctx, y);
}

/** A copy of x [rows, width] in FP8, one scale per group; a row's last group may be shorter. */
function quantised(ctx: StepContext, x: Float32Array, rows: number, width: number): Float32Array {
  const group = ctx.config.fp8Block[1];
  const copy = ctx.kernels.arena.floats(rows * width);
  copy.set(x.length === copy.length ? x : x.subarray(0, copy.length));
  if (width % group === 0) ctx.kernels.quantiseFp8(copy, group);
  else for (let r = 0; r < rows; r++) ctx.kernels.quantiseFp8(copy.subarray(r * width, (r + 1) * width), group);
  return copy;
}

/** The tag of a record of `sequence` that covers positions first .. last. */
export function tagOf(sequence: StepSequence, first: number, last: number): RecordTag {
  return { writer: sequence.request, position: first, tokenHash: sequence.state.tokenHashes?.at(last) ?? 0 };
}

/** As `tagOf`, for a read: null outside audit mode. */
export function wantedTag(sequence: StepSequence, first: number, last: number): RecordTag | null {
  return sequence.state.tokenHashes === null ? null : tagOf(sequence, first, last);
}

/** A float32 linear: no activation quantisation, no cast (compressor, router, head). */
export function linearF32(ctx: StepContext, weight: Linear, x: Float32Array, rows: number): Float32Array {
  const y = ctx.kernels.arena.floats(rows * weight.matrix.out);
  ctx.kernels.matmul(x, rows, weight.matrix, y, weight.matrix.in);
  return y;
}

/** Where the official code keeps a bfloat16 tensor, the bf16 mode rounds; other modes leave float32. */
export function toStored(ctx: StepContext, x: Float32Array): Float32Array {
  if (ctx.roundings.bf16) ctx.kernels.roundBf16(x);
  return x;
}

export function trace(ctx: StepContext, op: string, values: Float32Array | Int32Array): void {
  // a copy: the step's own arrays are used again
  if (ctx.tap !== null) ctx.tap({ op, rows: ctx.traceRows, values: values.slice() });
}

/** A NaN or infinity is an error with the op's name, never a value. */
export function assertFinite(kernels: Kernels, x: Float32Array, op: string): void {
  const at = kernels.firstNonFinite(x);
  if (at >= 0) throw new NumericError(op, x[at]);
}

/** Thrown when an op produced NaN or infinity. */
export class NumericError extends Error {
  readonly code = 'ENGINE_NOT_FINITE';
  readonly op: string;

  constructor(op: string, value: number) {
    super(`${op}: expected finite values, got ${value}. Weights or activations overflowed; check the checkpoint.`);
    this.name = 'NumericError';
    this.op = op;
  }
}
