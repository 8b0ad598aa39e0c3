/**
 * The engine: a checkpoint, a precision and parts, ready to score, generate and serve.
 * @module
 */
import type { Checkpoint } from '../checkpoint/index.ts';
import { createKernels } from '../kernels/index.ts';
import type { KernelKind, Kernels } from '../kernels/index.ts';
import { Model, packWeights, PRECISION_MODES } from '../model/index.ts';
import type {
  MhcReductionOption,
  ModelWeights,
  PrecisionMode,
  SplitPolicyOption,
  StepSequence,
} from '../model/index.ts';
import type { StateBlock } from '../cache/index.ts';
import type { TraceTap } from '../trace/index.ts';
import { assembleParts } from './parts.ts';
import type { EngineParts } from './parts.ts';
import { checkTokenIds } from './request.ts';
import type { BatchRequest } from './request.ts';
import type { TokenLogprob } from './sampler.ts';
import { Session } from './session.ts';

export interface EngineOptions {
  readonly precision?: PrecisionMode;
  /** `wasm` and `reference` give the same bytes. */
  readonly kernels?: KernelKind;
  /** Slots, and so the largest batch. */
  readonly maxBatch?: number;
  /** Prompt tokens per request and step. */
  readonly chunkSize?: number;
  /** Keys per attention block. */
  readonly keyBlock?: number;
  /** Ports disagree; true is what the reference outputs do. */
  readonly clampSharedExpert?: boolean;
  readonly splitPolicy?: SplitPolicyOption;
  readonly mhcSplitK?: MhcReductionOption;
  /** Replaces single parts; named in `describe()` as `custom`. */
  readonly parts?: Partial<EngineParts>;
}

const DEFAULTS = {
  precision: 'f32',
  kernels: 'wasm',
  maxBatch: 16,
  chunkSize: 64,
  // 64 keys a block, as the released attention kernel
  keyBlock: 64,
  clampSharedExpert: true,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  parts: {},
} as const satisfies Required<EngineOptions>;

export interface ScoreOptions {
  /** Prompt tokens per step; any value gives the same bits with the default parts. */
  readonly chunkSize?: number;
  readonly tap?: TraceTap;
  /** Also run the first MTP block, fed the final streams and the same token ids. */
  readonly mtp?: boolean;
}

export interface Score {
  /** [T, vocab] f32: row t predicts token t + 1 */
  readonly logits: Float32Array;
  /** [T, vocab] f32, or null */
  readonly mtpLogits: Float32Array | null;
}

export interface GenerateRequest extends Omit<BatchRequest, 'id' | 'topLogprobs' | 'onPromptLogits'> {
  /** Alternatives per token in `logprobs[i].top`. */
  readonly logprobs?: number;
}

export interface Generation {
  readonly tokenIds: number[];
  readonly finishReason: 'stop' | 'length';
  readonly logprobs: readonly (TokenLogprob & { readonly top: readonly TokenLogprob[] })[];
  readonly logits: Float32Array | null;
  readonly promptLogits: Float32Array | null;
  readonly forcedLogits: Float32Array | null;
}

/** One request's tokens in, logits out, step by step: what the scheduler is built on, and what tests of decode use. */
export interface Sequence {
  readonly length: number;
  /** Logits [n, vocab] of n more tokens. */
  append(tokenIds: readonly number[] | Int32Array): Float32Array;
}

export interface Engine {
  readonly vocabSize: number;
  readonly options: Required<EngineOptions>;
  score(tokenIds: readonly number[] | Int32Array, options?: ScoreOptions): Score;
  generate(request: GenerateRequest): Generation;
  openSession(): Session;
  openSequence(): Sequence;
  /** Everything that could change a bit, as name and value. */
  describe(): { readonly name: string; readonly value: string }[];
}

/** Packed weights are shared by the engines of one checkpoint and kernel kind: precision modes use the same numbers. */
const packed = new WeakMap<Checkpoint, Map<KernelKind, { kernels: Kernels; weights: ModelWeights }>>();

function packOnce(checkpoint: Checkpoint, kind: KernelKind): { kernels: Kernels; weights: ModelWeights } {
  const byKind = packed.get(checkpoint) ?? new Map<KernelKind, { kernels: Kernels; weights: ModelWeights }>();
  packed.set(checkpoint, byKind);
  let entry = byKind.get(kind);
  if (entry === undefined) {
    const kernels = createKernels(kind);
    entry = { kernels, weights: packWeights(checkpoint, kernels) };
    byKind.set(kind, entry);
  }
  return entry;
}

function checkOptions(options: Required<EngineOptions>): void {
  const whole = (name: 'maxBatch' | 'chunkSize' | 'keyBlock'): void => {
    if (!Number.isInteger(options[name]) || options[name] < 1)
      throw new RangeError(`engine options.${name}: expected an integer >= 1, got ${String(options[name])}`);
  };
  whole('maxBatch');
  whole('chunkSize');
  whole('keyBlock');
  if (!PRECISION_MODES.includes(options.precision))
    throw new RangeError(
      `engine options.precision: expected one of ${PRECISION_MODES.join(', ')}, got ${String(options.precision)}`,
    );
}

/**
 * Builds an engine. Synchronous: weights are dequantised and packed here (once per checkpoint and kernel kind).
 *
 * @throws RangeError on an option out of range
 */
export function createEngine(checkpoint: Checkpoint, engineOptions: EngineOptions = {}): Engine {
  const options: Required<EngineOptions> = { ...DEFAULTS, ...engineOptions };
  checkOptions(options);
  const { config } = checkpoint;
  const { kernels, weights } = packOnce(checkpoint, options.kernels);
  const parts = assembleParts(options);
  const model = new Model(config, weights, kernels, {
    precision: options.precision,
    keyBlock: options.keyBlock,
    clampSharedExpert: options.clampSharedExpert,
    parts,
  });
  const openSession = (): Session =>
    new Session(model, { maxBatch: options.maxBatch, chunkSize: options.chunkSize, stateReset: parts.stateReset });

  return {
    vocabSize: config.vocabSize,
    options,
    openSession,
    score: (tokenIds, scoreOptions = {}) => score(model, options.chunkSize, tokenIds, scoreOptions),
    openSequence: () => openSequence(model, options.chunkSize),
    generate(request) {
      const [result] = openSession().run([{ ...request, id: 'generate', topLogprobs: request.logprobs ?? 0 }]);
      const { tokenIds, finishReason, logprobs, topLogprobs, logits, promptLogits, forcedLogits } = result;
      return {
        tokenIds,
        finishReason,
        logprobs: tokenIds.map((tokenId, i) => ({ tokenId, logprob: logprobs[i], top: topLogprobs[i] ?? [] })),
        logits,
        promptLogits,
        forcedLogits,
      };
    },
    describe: () => [
      { name: 'checkpoint', value: checkpoint.digestSha256 },
      { name: 'precision', value: options.precision },
      { name: 'kernels', value: options.kernels },
      { name: 'maxBatch', value: String(options.maxBatch) },
      { name: 'chunkSize', value: String(options.chunkSize) },
      { name: 'keyBlock', value: String(options.keyBlock) },
      { name: 'clampSharedExpert', value: String(options.clampSharedExpert) },
      { name: 'splitPolicy', value: parts.splitPolicy.name },
      { name: 'mhcReduction', value: parts.mhcReduction.name },
      { name: 'tieRule', value: parts.tieRule },
      { name: 'customParts', value: Object.keys(options.parts).sort().join(', ') || 'none' },
    ],
  };
}

function stepOf(
  state: StateBlock,
  tokenIds: Int32Array,
  decode: boolean,
): { tokenIds: Int32Array; sequences: StepSequence[] } {
  return {
    tokenIds,
    sequences: [{ request: 'sequence', state, start: state.length, from: 0, count: tokenIds.length, decode }],
  };
}

function score(
  model: Model,
  chunkSize: number,
  tokenIds: readonly number[] | Int32Array,
  options: ScoreOptions,
): Score {
  const { vocabSize, maxPositions } = model.config;
  const ids = checkTokenIds(tokenIds, vocabSize, 'score: tokenIds');
  if (ids.length === 0 || ids.length > maxPositions)
    throw new RangeError(`score: expected 1 to ${maxPositions} tokens, got ${ids.length}`);
  const state = model.createState();
  const logits = new Float32Array(ids.length * vocabSize);
  const mtpLogits = options.mtp === true ? new Float32Array(ids.length * vocabSize) : null;
  const chunk = options.chunkSize ?? chunkSize;
  for (let at = 0; at < ids.length; at += chunk) {
    const step = stepOf(state, ids.slice(at, at + chunk), false);
    const rows = step.tokenIds.length;
    const streams = model.forward(step, options.tap ?? null);
    logits.set(model.head(streams, rows), at * vocabSize);
    if (mtpLogits !== null) mtpLogits.set(model.mtp(streams, step), at * vocabSize);
  }
  return { logits, mtpLogits };
}

function openSequence(model: Model, chunkSize: number): Sequence {
  const state = model.createState();
  return {
    get length() {
      return state.length;
    },
    append(tokenIds) {
      const { vocabSize, maxPositions } = model.config;
      const ids = checkTokenIds(tokenIds, vocabSize, 'append: tokenIds');
      if (state.length + ids.length > maxPositions)
        throw new RangeError(`append: expected at most ${maxPositions} positions, got ${state.length + ids.length}`);
      const out = new Float32Array(ids.length * vocabSize);
      for (let at = 0; at < ids.length; at += chunkSize) {
        const step = stepOf(state, ids.slice(at, at + chunkSize), ids.length === 1 && state.length > 0);
        out.set(model.head(model.forward(step, null), step.tokenIds.length), at * vocabSize);
      }
      return out;
    },
  };
}
