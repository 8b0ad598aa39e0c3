/**
 * EngineParts: the named parts that an engine is built from. A fault is another part, written outside the engine.
 *
 * The engine's own code knows no fault. Where a fault cannot be expressed by swapping a part, the seam is wrong.
 * docs/engine.md lists the parts with what each decides.
 * @module
 */
import type {
  ColdCodec,
  ColdStore,
  CopyScheduler,
  EvictionPolicy,
  PageReady,
  PrefixKey,
  StateReset,
  TierTransport,
  WindowPolicy,
} from '../cache/index.ts';
import {
  completePage,
  createColdCodec,
  createEvictionPolicy,
  delayedScheduler,
  immediateScheduler,
  resetState,
  sha256PrefixKey,
  stagedTransport,
} from '../cache/index.ts';
import type { ColdCodecName, EvictionPolicyName, StateJournal } from '../cache/index.ts';
import { chooseRecords } from '../formats/index.ts';
import type { RecordChoice } from '../formats/index.ts';
import type { MemoryTable, NgramHistory, RowFetcher } from '../memory/index.ts';
import {
  createMhcReduction,
  createSelection,
  createSplitPolicy,
  DEFAULT_SELECTION,
  recordsOf,
  specifiedDispatch,
  specifiedRules,
} from '../model/index.ts';
import type {
  MhcReductionOption,
  ModelParts,
  PrecisionMode,
  SelectionOption,
  SplitPolicyOption,
} from '../model/index.ts';
import { byteDetokenizer, byteIntake } from '../tokenizer/index.ts';
import type { Detokenizer, PromptIntake } from '../tokenizer/index.ts';
import { uniformAt } from './counter-rng.ts';
import { createFutureTokens } from './future-tokens.ts';
import type { FutureTokens } from './future-tokens.ts';
import { createResponseRoutes } from './response-routes.ts';
import type { ResponseRoutes } from './response-routes.ts';
import { requestDomain } from './request-domain.ts';
import type { RequestDomain } from './request-domain.ts';
import { createSamplingRows } from './sampling-rows.ts';
import type { SamplingRows } from './sampling-rows.ts';
import type { SamplerRng } from './sampler.ts';

export interface EngineParts extends ModelParts {
  /** Makes a used state block ready for its next request. */
  readonly stateReset: StateReset;
  /** Keys of the prefix cache, and whether tokens are compared on a hit. */
  readonly prefixKey: PrefixKey;
  /** Keys of blocks in a cold store that outlives its session; null = those of `prefixKey`. */
  readonly coldPrefixKey: PrefixKey | null;
  /** What a session does with its cold store: the store itself, or one around it. */
  readonly coldStore: (store: ColdStore) => ColdStore;
  /** Who may share the blocks of a request. */
  readonly requestDomain: RequestDomain;
  /** null = made from the option `windowPolicy`. */
  readonly windowPolicy: WindowPolicy | null;
  readonly pageReady: PageReady;
  readonly evictionPolicy: EvictionPolicy;
  readonly tierTransport: TierTransport;
  readonly coldCodec: ColdCodec;
  /** Makes the scheduler of copies of one session. */
  readonly copyScheduler: () => CopyScheduler;
  readonly samplerRng: SamplerRng;
  /** Per-slot sampling state (token masks). */
  readonly samplingRows: () => SamplingRows;
  /** Which client an answer goes to. */
  readonly responseRoutes: () => ResponseRoutes;
  /** Where sampled tokens lie until the next step takes them. */
  readonly futureTokens: (slots: number) => FutureTokens;
  /** Whether a drafted token is taken; `sampled` is what the model itself produces there. */
  readonly acceptDraft: (draft: number, sampled: number, logits: Float32Array) => boolean;
  /** Undoes the state of rejected drafts: everything from position `kept` on. */
  readonly draftRollback: (journal: StateJournal, kept: number) => void;
  /** The tokens that a resumed request continues from. */
  readonly resumeTokens: (prompt: readonly number[], produced: readonly number[]) => number[];
  /** Which of the waiting requests is admitted next (0 = the oldest). */
  readonly admissionOrder: (waiting: readonly { readonly id: string; readonly promptTokens: number }[]) => number;
  /** Which of the younger running requests is preempted (index into `younger`, oldest first). */
  readonly preemptionVictim: (younger: readonly { readonly id: string; readonly tokens: number }[]) => number;
  /** What a request is told of the tokens that it got from the cache. */
  readonly cachedTokensTold: (reusedTokens: number) => number;
  /** Row of logits that log-probabilities are read from. */
  readonly logprobRow: (row: number, reusedTokens: number) => number;
  readonly detokenizer: Detokenizer;
  /** How text becomes tokens, and what is kept of a prompt that is to be cut. */
  readonly promptIntake: PromptIntake;
  /** How the memory's n-grams look back; null = the rule of the checkpoint's form. */
  readonly ngramHistory: NgramHistory | null;
  /** Makes the fetcher of memory rows; null = from the option `memory.prefetch`. */
  readonly rowFetcher: ((tables: readonly MemoryTable[]) => RowFetcher) | null;
}

export interface PartOptions {
  readonly precision: PrecisionMode;
  readonly records: RecordChoice | null;
  readonly splitPolicy: SplitPolicyOption;
  readonly mhcSplitK: MhcReductionOption;
  readonly selection: SelectionOption;
  readonly eviction: EvictionPolicyName;
  readonly coldCodec: ColdCodecName;
  readonly copyDelaySteps: number;
  readonly parts: Partial<EngineParts>;
}

/** What the options are unless said. */
export const PART_DEFAULTS = {
  precision: 'f32',
  records: null,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  selection: DEFAULT_SELECTION,
  eviction: 'lru',
  coldCodec: 'lossless',
  copyDelaySteps: 0,
  parts: {},
} as const satisfies PartOptions;

/** The parts that the options choose, with single ones replaced by `parts`. @throws RangeError on a name that no part has */
export function assembleParts(
  options: PartOptions,
  geometry: { readonly headDim: number; readonly ropeDim: number; readonly indexHeadDim: number },
): EngineParts {
  const chosen: EngineParts = {
    splitPolicy: createSplitPolicy(options.splitPolicy),
    mhcReduction: createMhcReduction(options.mhcSplitK),
    selection: createSelection(options.selection),
    rules: specifiedRules,
    expertDispatch: specifiedDispatch,
    inputNorm: (x, weight, shape, _sequence, kernels) => kernels.rmsNorm(x, weight, x, shape),
    tailCarry: () => undefined,
    records: chooseRecords(options.records ?? recordsOf(options.precision), geometry),
    stateReset: resetState,
    prefixKey: sha256PrefixKey,
    coldPrefixKey: null,
    coldStore: (store) => store,
    requestDomain,
    windowPolicy: null,
    pageReady: completePage,
    evictionPolicy: createEvictionPolicy(options.eviction),
    tierTransport: stagedTransport(),
    coldCodec: createColdCodec(options.coldCodec),
    copyScheduler: () =>
      options.copyDelaySteps === 0 ? immediateScheduler() : delayedScheduler(options.copyDelaySteps),
    samplerRng: uniformAt,
    samplingRows: createSamplingRows,
    responseRoutes: createResponseRoutes,
    futureTokens: createFutureTokens,
    acceptDraft: (draft, sampled) => draft === sampled,
    draftRollback: (journal, kept) => journal.undoFrom(kept),
    resumeTokens: (prompt, produced) => [...prompt, ...produced],
    admissionOrder: () => 0,
    preemptionVictim: (younger) => younger.length - 1,
    cachedTokensTold: (reusedTokens) => reusedTokens,
    logprobRow: (row) => row,
    detokenizer: byteDetokenizer(),
    promptIntake: byteIntake(),
    memoryGate: null,
    ngramHistory: null,
    rowFetcher: null,
  };
  const unknown = Object.keys(options.parts).filter((name) => !(name in chosen));
  if (unknown.length > 0)
    throw new RangeError(
      `engine options.parts: unknown ${unknown.join(', ')}; known are ${Object.keys(chosen).join(', ')}`,
    );
  return { ...chosen, ...options.parts };
}
