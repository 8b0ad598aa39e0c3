/**
 * The engine: a checkpoint, a precision and parts, ready to score, generate and serve.
 * @module
 */
import type { Checkpoint } from '../checkpoint/index.ts';
import { Model } from '../model/index.ts';
import type { StepSequence } from '../model/index.ts';
import {
  createPageLayout,
  createStateBlock,
  createWindowPolicy,
  ensurePages,
  KvCache,
  leastPageTokens,
  PagePool,
} from '../cache/index.ts';
import type { ColdStore, PageLayout, StateBlock, StateShape } from '../cache/index.ts';
import type { RecordMemory } from '../kernels/index.ts';
import type { PromptIntake } from '../tokenizer/index.ts';
import type { TraceTap } from '../trace/index.ts';
import { openMemory } from './memory.ts';
import { completeOptions } from './options.ts';
import type { EngineOptions } from './options.ts';
import { packedForThreads } from './packed.ts';
import { assembleParts } from './parts.ts';
import { checkTokenIds } from './request.ts';
import type { BatchRequest, BatchResult, PromptLogprob, RankedLogprob } from './request.ts';
import { Session } from './session.ts';

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
  readonly text: string;
  readonly finishReason: BatchResult['finishReason'];
  readonly logprobs: readonly RankedLogprob[];
  readonly promptLogprobs: readonly PromptLogprob[] | null;
  readonly logits: Float32Array | null;
  readonly promptLogits: Float32Array | null;
  readonly forcedLogits: Float32Array | null;
}

/** One request's tokens in, logits out, step by step: what the scheduler is built on, and what tests of decode use. */
export interface Sequence {
  readonly length: number;
  /** Logits [n, vocab] of n more tokens, or [1, vocab] of the last one. */
  append(tokenIds: readonly number[] | Int32Array): Float32Array;
}

export interface Engine {
  readonly vocabSize: number;
  /** Positions that the model has: tokens of a prompt and of what is produced. */
  readonly maxPositions: number;
  readonly options: Required<EngineOptions>;
  /** What it makes of a prompt before a request has token ids: for whoever takes text. */
  readonly promptIntake: PromptIntake;
  /** Threads that share the work now: `threads` of the options once all have started. */
  readonly readyThreads: number;
  score(tokenIds: readonly number[] | Int32Array, options?: ScoreOptions): Score;
  generate(request: GenerateRequest): Generation;
  /** @param stores - `cold`: the cold store of this session (null = none), instead of one that the options make */
  openSession(stores?: { readonly cold?: ColdStore | null }): Session;
  /** @param options - `last`: logits of the last token of each call alone */
  openSequence(options?: { readonly logits?: 'all' | 'last' }): Sequence;
  /** Everything that could change a bit, as name and value. */
  describe(): { readonly name: string; readonly value: string }[];
  /** Closes files of memory tables on disk and ends helper threads. */
  close(): void;
}

/**
 * Builds an engine. Synchronous: weights are dequantised and packed here (once per checkpoint and kernel kind).
 *
 * @throws RangeError on an option out of range
 */
export function createEngine(checkpoint: Checkpoint, engineOptions: EngineOptions = {}): Engine {
  const { config } = checkpoint;
  const options = completeOptions(engineOptions, config.mtpLayers);
  const { kernels, weights, memoryWeights } = packedForThreads(checkpoint, options.kernels, options.threads);
  const parts = assembleParts(options, config);
  const memory = openMemory(checkpoint, options.memory, parts);
  const model = new Model(config, weights, kernels, {
    precision: options.precision,
    keyBlock: options.keyBlock,
    clampSharedExpert: options.clampSharedExpert,
    bf16Scores: options.indexScores === null ? null : options.indexScores === 'bf16',
    parts,
    memory: memory === null ? null : { memory: memory.memory, weights: memoryWeights },
  });
  const shape: StateShape = {
    layers: model.layerShapes(),
    createMemory: memory === null ? null : () => memory.memory.createState(),
  };
  const pageTokens = options.pageTokens ?? PAGE_MULTIPLE * leastPageTokens(shape.layers);
  const layout = createPageLayout(shape.layers, parts.records, pageTokens);
  const windowPolicy = parts.windowPolicy ?? createWindowPolicy(options.windowPolicy, pageTokens);
  const describe = (): { name: string; value: string }[] => [
    { name: 'checkpoint', value: checkpoint.digestSha256 },
    { name: 'precision', value: options.precision },
    { name: 'kernels', value: options.kernels },
    { name: 'threads', value: String(options.threads) },
    { name: 'maxBatch', value: String(options.maxBatch) },
    { name: 'chunkSize', value: String(options.chunkSize) },
    { name: 'keyBlock', value: String(options.keyBlock) },
    { name: 'clampSharedExpert', value: String(options.clampSharedExpert) },
    { name: 'splitPolicy', value: parts.splitPolicy.name },
    { name: 'mhcReduction', value: parts.mhcReduction.name },
    { name: 'selection', value: parts.selection.name },
    { name: 'indexScores', value: options.indexScores ?? (options.precision === 'bf16' ? 'bf16' : 'f32') },
    { name: 'records', value: parts.records.name },
    { name: 'pageTokens', value: String(pageTokens) },
    { name: 'hotPages', value: options.hotPages === null ? 'unlimited' : String(options.hotPages) },
    { name: 'prefixCache', value: options.prefixCache ? parts.prefixKey.name : 'off' },
    { name: 'windowPolicy', value: windowPolicy.exact ? windowPolicy.name : `${windowPolicy.name} (approximate)` },
    { name: 'warmBytes', value: String(options.warmBytes) },
    { name: 'coldTier', value: options.coldStore === null ? 'off' : 'on' },
    // applies to warm copies too
    { name: 'tierCodec', value: parts.coldCodec.lossless ? parts.coldCodec.name : `${parts.coldCodec.name} (lossy)` },
    { name: 'eviction', value: parts.evictionPolicy.name },
    { name: 'copyDelaySteps', value: String(options.copyDelaySteps) },
    { name: 'memory', value: memory?.memory.version ?? 'off' },
    { name: 'memoryPlacement', value: memory === null ? 'off' : memory.tables[0].placement },
    { name: 'memoryFetch', value: memory?.memory.fetcher.name ?? 'off' },
    { name: 'preemption', value: options.preemption },
    { name: 'draftTokens', value: String(options.draftTokens) },
    { name: 'customParts', value: Object.keys(options.parts).sort().join(', ') || 'none' },
  ];
  const openSession = ({
    cold = options.coldStore?.() ?? null,
  }: { readonly cold?: ColdStore | null } = {}): Session => {
    const scheduler = parts.copyScheduler();
    return new Session(model, {
      maxBatch: options.maxBatch,
      chunkSize: options.chunkSize,
      draftTokens: options.draftTokens,
      preemption: options.preemption,
      prefetchQueued: options.prefetchQueued,
      parts,
      stateShape: shape,
      scheduler,
      // what changes cached numbers; the window policy too, because an approximate one writes approximate pages
      engineFingerprint: [...CACHED_NUMBERS.map((name) => describe().find((e) => e.name === name)?.value), ''].join(
        '\n',
      ),
      memory: memory?.memory ?? null,
      tap: options.tap,
      events: options.events,
      cache: new KvCache({
        layout,
        hotPages: options.hotPages ?? Number.POSITIVE_INFINITY,
        audit: options.audit,
        prefixCache: options.prefixCache,
        prefixKey: parts.prefixKey,
        coldPrefixKey: parts.coldPrefixKey,
        windowPolicy,
        geometry: {
          windowSize: config.windowSize,
          layers: config.layers,
          blockTokens: pageTokens,
          memoryLookback: memory?.lookback ?? 0,
        },
        tiers: {
          warmBytes: options.warmBytes,
          cold: cold === null ? null : parts.coldStore(cold),
          codec: parts.coldCodec,
          policy: parts.evictionPolicy,
          scheduler,
          transport: parts.tierTransport,
        },
        memory: kernels.recordMemory(),
        pageReady: parts.pageReady,
        events: options.events,
      }),
    });
  };
  const loose = (): LooseState => new LooseState(shape, layout, options.audit, kernels.recordMemory());

  return {
    vocabSize: config.vocabSize,
    maxPositions: config.maxPositions,
    options,
    promptIntake: parts.promptIntake,
    get readyThreads() {
      return kernels.readyThreads;
    },
    openSession,
    score(tokenIds, scoreOptions = {}) {
      const state = loose();
      try {
        return score(model, state, options.chunkSize, tokenIds, scoreOptions);
      } finally {
        state.close();
      }
    },
    openSequence: ({ logits = 'all' } = {}) => openSequence(model, loose(), options.chunkSize, logits === 'last'),
    generate(request) {
      const session = openSession();
      const [result] = session.run([{ ...request, id: 'generate', topLogprobs: request.logprobs ?? 0 }]);
      session.close();
      const {
        tokenIds,
        text,
        finishReason,
        logprobs,
        topLogprobs,
        promptLogprobs,
        logits,
        promptLogits,
        forcedLogits,
      } = result;
      return {
        tokenIds,
        text,
        finishReason,
        logprobs: tokenIds.map((tokenId, i) => ({ tokenId, logprob: logprobs[i], top: topLogprobs[i] ?? [] })),
        promptLogprobs,
        logits,
        promptLogits,
        forcedLogits,
      };
    },
    describe,
    close() {
      memory?.tables.forEach((table) => table.close());
      // one thread's kernels are those of all engines of the checkpoint
      if (options.threads > 1) kernels.close();
    },
  };
}

/** Pages hold this many times the least number of tokens unless chosen otherwise. */
const PAGE_MULTIPLE = 4;

/** Entries of `describe` that decide the numbers in a cached page. */
const CACHED_NUMBERS = [
  'checkpoint',
  'precision',
  'keyBlock',
  'clampSharedExpert',
  'splitPolicy',
  'mhcReduction',
  'selection',
  'indexScores',
  'records',
  'pageTokens',
  'windowPolicy',
  'memory',
  'customParts',
];

/** A state outside any session, with as many pages as it needs. */
class LooseState {
  readonly state: StateBlock;
  private readonly pool: PagePool;

  constructor(shape: StateShape, layout: PageLayout, audit: boolean, memory: RecordMemory) {
    this.pool = new PagePool(layout, Number.POSITIVE_INFINITY, audit, memory);
    this.state = createStateBlock(shape, this.pool);
  }

  close(): void {
    this.pool.close();
  }

  /** The step of the next tokens, with pages for them. */
  step(tokenIds: Int32Array, decode: boolean): { tokenIds: Int32Array; sequences: StepSequence[] } {
    const { state, pool } = this;
    const start = state.length;
    ensurePages(state, pool.layout.pageTokens, start + tokenIds.length, () => pool.allocate());
    const sequence = {
      request: 'sequence',
      state,
      start,
      from: 0,
      count: tokenIds.length,
      decode,
      windowStart: 0,
      promptLength: start + tokenIds.length,
    };
    return { tokenIds, sequences: [sequence] };
  }
}

function score(
  model: Model,
  loose: LooseState,
  chunkSize: number,
  tokenIds: readonly number[] | Int32Array,
  options: ScoreOptions,
): Score {
  const { vocabSize, maxPositions } = model.config;
  const ids = checkTokenIds(tokenIds, vocabSize, 'score: tokenIds');
  if (ids.length === 0 || ids.length > maxPositions)
    throw new RangeError(`score: expected 1 to ${maxPositions} tokens, got ${ids.length}`);
  const logits = new Float32Array(ids.length * vocabSize);
  const mtpLogits = options.mtp === true ? new Float32Array(ids.length * vocabSize) : null;
  const chunk = options.chunkSize ?? chunkSize;
  for (let at = 0; at < ids.length; at += chunk) {
    const step = loose.step(ids.slice(at, at + chunk), false);
    const rows = step.tokenIds.length;
    model.scoped(() => {
      const streams = model.forward(step, options.tap ?? null);
      logits.set(model.head(streams, rows), at * vocabSize);
      if (mtpLogits !== null) mtpLogits.set(model.mtp(streams, step).logits, at * vocabSize);
    });
  }
  return { logits, mtpLogits };
}

function openSequence(model: Model, loose: LooseState, chunkSize: number, lastOnly: boolean): Sequence {
  const { state } = loose;
  return {
    get length() {
      return state.length;
    },
    append(tokenIds) {
      const { vocabSize, maxPositions } = model.config;
      const ids = checkTokenIds(tokenIds, vocabSize, 'append: tokenIds');
      if (state.length + ids.length > maxPositions)
        throw new RangeError(`append: expected at most ${maxPositions} positions, got ${state.length + ids.length}`);
      const out = new Float32Array((lastOnly ? 1 : ids.length) * vocabSize);
      const { hcMult, hiddenSize } = model.config;
      for (let at = 0; at < ids.length; at += chunkSize) {
        const step = loose.step(ids.slice(at, at + chunkSize), ids.length === 1 && state.length > 0);
        model.scoped(() => {
          const streams = model.forward(step, null);
          if (!lastOnly) out.set(model.head(streams, step.tokenIds.length), at * vocabSize);
          else if (at + chunkSize >= ids.length) out.set(model.head(streams.subarray(-hcMult * hiddenSize), 1));
        });
      }
      return out;
    },
  };
}
