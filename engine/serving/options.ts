/**
 * The options of an engine: what each means, what it is unless said, and the check that names every wrong one at once.
 *
 * An unknown name is an error: an option that is silently ignored would be recorded nowhere and believed everywhere.
 * @module
 */
import { z } from 'zod';
import { COLD_CODECS, EVICTION_POLICIES } from '../cache/index.ts';
import type { ColdCodecName, ColdStore, EvictionPolicyName, WindowPolicyOption } from '../cache/index.ts';
import { RECORD_CHOICES } from '../formats/index.ts';
import type { RecordChoice } from '../formats/index.ts';
import { KERNEL_KINDS } from '../kernels/index.ts';
import type { KernelKind } from '../kernels/index.ts';
import { PRECISION_MODES, TIE_RULES } from '../model/index.ts';
import type { MhcReductionOption, PrecisionMode, SelectionOption, SplitPolicyOption } from '../model/index.ts';
import type { EventSink, TraceTap } from '../trace/index.ts';
import { MEMORY_DEFAULTS } from './memory.ts';
import type { MemoryOptions } from './memory.ts';
import { PART_DEFAULTS } from './parts.ts';
import type { EngineParts } from './parts.ts';

export interface EngineOptions {
  readonly precision?: PrecisionMode;
  /** `wasm` and `reference` give the same bytes. */
  readonly kernels?: KernelKind;
  /** Threads that share the work of one step, this one included; any number gives the same bytes. More needs `wasm` kernels. */
  readonly threads?: number;
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
  /** Record formats of the cache; null = what the precision mode uses. */
  readonly records?: RecordChoice | null;
  /** Ties and order of the selected entries. */
  readonly selection?: SelectionOption;
  /** Index scores in float32 or bfloat16; null = bfloat16 in the bf16 mode alone. */
  readonly indexScores?: 'f32' | 'bf16' | null;
  /** Tokens of a page: a multiple of every compression ratio; null = four times the least. */
  readonly pageTokens?: number | null;
  /** Pages of the hot tier; null = as many as are asked for. */
  readonly hotPages?: number | null;
  /** Share complete blocks of equal prefixes. */
  readonly prefixCache?: boolean;
  /** How a prefix hit gets its window back. */
  readonly windowPolicy?: WindowPolicyOption;
  /** Bytes of the warm tier; 0 = none. */
  readonly warmBytes?: number;
  /** Makes the cold store of a session; null = no cold tier. */
  readonly coldStore?: (() => ColdStore) | null;
  readonly coldCodec?: ColdCodecName;
  readonly eviction?: EvictionPolicyName;
  /** Scheduler rounds that each phase of a copy takes. */
  readonly copyDelaySteps?: number;
  /** What happens to the state of a preempted request. */
  readonly preemption?: 'recompute' | 'swap';
  /** Queued requests whose cached prefix is moved up ahead of time. */
  readonly prefetchQueued?: number;
  /** Tokens drafted by the MTP block per step; 0 = no speculative decoding. */
  readonly draftTokens?: number;
  /** Check owner, position, content and checksum of every record read. */
  readonly audit?: boolean;
  /** Conditional memory of a checkpoint that has one. */
  readonly memory?: MemoryOptions;
  readonly tap?: TraceTap | null;
  readonly events?: EventSink | null;
  /** Replaces single parts; named in `describe()` as `custom`. */
  readonly parts?: Partial<EngineParts>;
}

const DEFAULTS = {
  ...PART_DEFAULTS,
  kernels: 'wasm',
  threads: 1,
  maxBatch: 16,
  chunkSize: 64,
  // 64 keys a block, as the released attention kernel
  keyBlock: 64,
  clampSharedExpert: true,
  indexScores: null,
  pageTokens: null,
  hotPages: null,
  prefixCache: false,
  windowPolicy: { kind: 'full' },
  warmBytes: 128 * 1024 * 1024,
  coldStore: null,
  preemption: 'recompute',
  prefetchQueued: 0,
  draftTokens: 0,
  audit: false,
  memory: MEMORY_DEFAULTS,
  tap: null,
  events: null,
} as const satisfies Required<EngineOptions>;

export type CompleteOptions = Required<EngineOptions> & { readonly memory: Required<MemoryOptions> };

/** More helpers than any machine's cores would only take turns. */
const THREADS_MAX = 64;

const least = (minimum: number) => z.int().min(minimum);
const kind = <K extends string>(name: K) => ({ kind: z.literal(name) });
const calls = <T>(expected: string) => z.custom<T>((value) => typeof value === 'function', { error: expected });
const present = <T>(expected: string) =>
  z.custom<T>((value) => typeof value === 'object' && value !== null, { error: expected });

const memoryOptions = z.strictObject({
  enabled: z.boolean(),
  placement: z.discriminatedUnion('kind', [
    z.strictObject(kind('resident')),
    z.strictObject({ ...kind('host'), cacheRows: least(0) }),
    z.strictObject({ ...kind('disk'), directory: z.string().min(1), cacheRows: least(0) }),
  ]),
  prefetch: z.enum(['off', 'on', 'verify']),
  orders: z.array(least(2)).nullable(),
  tokenMap: z.instanceof(Int32Array, { error: 'an Int32Array or null' }).nullable(),
});

/** One schema per option; a missing row is a type error. */
const optionSchemas = {
  precision: z.enum(PRECISION_MODES),
  kernels: z.enum(KERNEL_KINDS),
  threads: least(1).max(THREADS_MAX),
  maxBatch: least(1),
  chunkSize: least(1),
  keyBlock: least(1),
  clampSharedExpert: z.boolean(),
  splitPolicy: z.discriminatedUnion('kind', [
    z.strictObject(kind('none')),
    z.strictObject({ ...kind('fixed'), splits: least(1) }),
    z.strictObject({ ...kind('flashmla'), multiprocessors: least(1), overhead: least(0) }),
  ]),
  mhcSplitK: z.discriminatedUnion('kind', [
    z.strictObject(kind('none')),
    z.strictObject({ ...kind('by-token-count'), multiprocessors: least(1), tokenBlock: least(1) }),
  ]),
  records: z.enum(RECORD_CHOICES).nullable(),
  selection: z.strictObject({ tieRule: z.enum(TIE_RULES), seed: z.int(), order: z.enum(['index', 'score']) }),
  indexScores: z.enum(['f32', 'bf16']).nullable(),
  pageTokens: least(1).nullable(),
  hotPages: least(1).nullable(),
  prefixCache: z.boolean(),
  windowPolicy: z.discriminatedUnion('kind', [
    z.strictObject(kind('full')),
    z.strictObject({ ...kind('periodic'), everyTokens: least(1) }),
    z.strictObject(kind('zero')),
    z.strictObject(kind('bounded-replay')),
  ]),
  warmBytes: least(0),
  coldStore: calls<() => ColdStore>('a function that makes a store for one session, or null').nullable(),
  coldCodec: z.enum(COLD_CODECS),
  eviction: z.enum(EVICTION_POLICIES),
  copyDelaySteps: least(0),
  preemption: z.enum(['recompute', 'swap']),
  prefetchQueued: least(0),
  draftTokens: least(0),
  audit: z.boolean(),
  memory: memoryOptions,
  tap: calls<TraceTap>('a function that takes a trace event, or null').nullable(),
  events: calls<EventSink>('a function that takes an event, or null').nullable(),
  parts: present<Partial<EngineParts>>('an object of parts'),
} satisfies { [K in keyof Required<EngineOptions>]: z.ZodType<Required<EngineOptions>[K]> };

const engineOptionsSchema = z.strictObject(optionSchemas);

/**
 * The options with the defaults for what is not said.
 *
 * @throws RangeError that names every wrong option, one per line
 */
export function completeOptions(given: EngineOptions, mtpLayers: number): CompleteOptions {
  const options: CompleteOptions = {
    ...DEFAULTS,
    ...given,
    memory: { ...MEMORY_DEFAULTS, ...given.memory },
  };
  const checked = engineOptionsSchema.safeParse(options);
  const problems = checked.success ? [] : checked.error.issues.map((issue) => problemText(issue, options));
  if (checked.success && options.draftTokens > 0 && mtpLayers === 0)
    problems.push(
      `engine options.draftTokens: expected 0 for a checkpoint without an MTP layer, got ${options.draftTokens}`,
    );
  if (checked.success && options.threads > 1 && options.kernels === 'reference')
    problems.push(`engine options.threads: expected 1 with reference kernels, got ${options.threads}`);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return options;
}

function problemText(issue: z.core.$ZodIssue, options: object): string {
  const path = ['engine options', ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys')
    return `${path}: unknown ${issue.keys.join(', ')}${issue.path.length === 0 ? `; known are ${Object.keys(optionSchemas).join(', ')}` : ''}`;
  let got: unknown = options;
  for (const key of issue.path) got = (got as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key];
  const expected = issue.message
    .replace(/^(Invalid (input|option)|Too (small|big)): /, '')
    .replace(/^expected |, received .*$/g, '');
  return `${path}: expected ${expected}, got ${typeof got === 'object' && got !== null ? 'an object' : String(got)}`;
}
