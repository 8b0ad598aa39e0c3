/**
 * The user's configuration as a schema: every key, its range and its default. Unknown keys are errors.
 *
 * The options of the perturbations are given by the caller, since this room knows no perturbation.
 * @module
 */
import { z } from 'zod';
import { cacheTimingSettings, identifier, policy, precisionMode, profileSettings } from '../schema/index.ts';

const integer = (min: number, max: number) => z.int().min(min).max(max);
const nonEmptyText = z.string().min(1);

/** Multiprocessors of an H800, the GPU that the split rules were written for (FlashMLA `get_mla_metadata`, DeepGEMM). */
const MULTIPROCESSORS = 132;

const checkpointConfig = z.discriminatedUnion('kind', [
  /** Weights drawn from a seed: no file is needed. */
  z.strictObject({
    kind: z.literal('seeded'),
    preset: z
      .enum(['v4-tiny', 'v4-tiny-engram'])
      .default('v4-tiny')
      .describe('Shape of the model; `v4-tiny-engram` has conditional memory.'),
    seed: nonEmptyText.default('evenkeel').describe('The weights are drawn from it.'),
  }),
  /** A folder with config.json and *.safetensors, relative to the config file. */
  z.strictObject({
    kind: z.literal('directory'),
    path: nonEmptyText.describe('A folder with config.json and safetensors files.'),
  }),
]);

/** How the key range of one attention is cut into parts that are reduced apart. Recorded in the manifest: it can change bits. */
const splitPolicyConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('fixed'), splits: integer(1, 64).describe('Parts of each attention.') }),
  /** FlashMLA's rule: the number of splits depends on the batch mates. */
  z.strictObject({
    kind: z.literal('flashmla'),
    multiprocessors: integer(1, 1024)
      .default(MULTIPROCESSORS)
      .describe('Multiprocessors of the device that is mimicked.'),
    overhead: integer(0, 64).default(5).describe('Cost of a part, in blocks of keys.'),
  }),
]);

/** Split-K of the mHC projection. */
const mhcSplitKConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('by-token-count'),
    multiprocessors: integer(1, 1024)
      .default(MULTIPROCESSORS)
      .describe('Multiprocessors of the device that is mimicked.'),
    tokenBlock: integer(1, 1024).default(64).describe('Tokens of one tile.'),
  }),
]);

const referenceEngineTargetConfig = z.strictObject({
  kind: z.literal('reference-engine'),
  id: identifier.default('reference-engine').describe('Name in reports; part of every unit id.'),
  checkpoint: checkpointConfig
    .default({ kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' })
    .describe('The weights: drawn from a seed, or from a folder.'),
  precision: precisionMode.default('f32').describe('Arithmetic of the control.'),
  lanes: integer(1, 64).default(2).describe('Units at once, each on a thread of its own.'),
  maxBatch: integer(1, 256).default(16).describe('Requests in one step at most.'),
  chunkSize: integer(1, 65_536).default(64).describe('Prompt tokens of one request in one step at most.'),
  keyBlock: integer(1, 1024)
    .default(64)
    .describe('Keys in one block of an attention; splitPolicy cuts between blocks.'),
  splitPolicy: splitPolicyConfig
    .default({ kind: 'none' })
    .describe(
      'How the keys of one attention are cut into parts that are reduced apart; `flashmla` depends on batch mates.',
    ),
  mhcSplitK: mhcSplitKConfig
    .default({ kind: 'none' })
    .describe('Split-K of the mHC projection; `by-token-count` depends on batch mates.'),
  fault: identifier
    .nullable()
    .default(null)
    .describe('A seeded fault of the fault bench (see `evenkeel list faults`); null: the engine as it is.'),
});
export type ReferenceEngineTargetConfig = z.output<typeof referenceEngineTargetConfig>;

/** No model: answers from hashes of the prompt. What a run costs with it is what the harness costs; with faults, a test of it. */
const nullTargetConfig = z.strictObject({
  kind: z.literal('null'),
  id: identifier.default('null').describe('Name in reports; part of every unit id.'),
  lanes: integer(1, 64).default(2).describe('Units at once.'),
  modelSeed: nonEmptyText.default('evenkeel').describe('Another seed is another model.'),
  logits: z.boolean().default(true).describe('Whether logits are given; without them tokens are compared.'),
  latencyMs: z.number().min(0).max(60_000).default(0).describe('Wait before each wave.'),
  flipRate: z.number().min(0).max(1).default(0).describe('Chance of each token to be the second best.'),
  errorRate: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Chance of each attempt at a level to fail as a lost connection does.'),
  noiseSeed: nonEmptyText.default('evenkeel').describe('Which tokens flip and which attempts fail.'),
});

/** What a model server is asked through. Keys are the same for both routes of the API. */
const endpointKeys = {
  id: identifier.default('endpoint').describe('Name in reports; part of every unit id.'),
  baseUrl: nonEmptyText
    .optional()
    .describe(
      "For example http://localhost:8000/v1. Absent: the flag --base-url, or the environment's OPENAI_BASE_URL.",
    ),
  model: nonEmptyText.optional().describe('Absent: the only model that the server lists.'),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
    .default('OPENAI_API_KEY')
    .describe('The environment variable that holds the key. The key itself is never stored.'),
  dialect: z
    .enum(['auto', 'generic', 'vllm', 'sglang', 'llama-cpp', 'ollama', 'tgi', 'evenkeel'])
    .default('auto')
    .describe('Whose fields and routes are tried; what works is probed.'),
  tokenizer: z
    .enum(['text', 'bytes'])
    .default('text')
    .describe("`bytes`: the server's tokens are bytes (evenkeel serve), and prompts are sent as token ids."),
  topLogprobs: integer(0, 100)
    .nullable()
    .default(5)
    .describe('Alternatives asked for at each produced token; null = no log-probabilities.'),
  waves: z
    .enum(['simultaneous', 'list-prompt'])
    .default('simultaneous')
    .describe(
      'How a batch is made: requests sent at the same moment, or one request with a list of prompts where the server takes one.',
    ),
  timeoutMs: integer(100, 3_600_000).default(120_000).describe('Longest wait for one answer.'),
  answerBytesMax: integer(1024, 1_073_741_824).default(33_554_432).describe('Largest answer that is read.'),
  attemptsMax: integer(1, 10).default(3).describe('Tries of one request; none is tried again inside a batch.'),
  waitMsMax: integer(0, 3_600_000).default(60_000).describe('A server that asks for a longer wait is not waited for.'),
  declared: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,79}$/), z.string().max(500))
    .default({})
    .describe('What no endpoint shows and you know, for the serving card: `kv_cache_dtype: fp8`.'),
};

const completionsTargetConfig = z.strictObject({ kind: z.literal('openai-completions'), ...endpointKeys });
const chatTargetConfig = z.strictObject({ kind: z.literal('openai-chat'), ...endpointKeys });
export type EndpointTargetConfig = z.output<typeof completionsTargetConfig> | z.output<typeof chatTargetConfig>;

/** A module of yours, relative to the config file; what it exports: docs/targets.md. */
const moduleTargetConfig = z.strictObject({
  kind: z.literal('module'),
  id: identifier.default('module').describe('Name in reports; part of every unit id.'),
  path: nonEmptyText.describe('The module, relative to the config file.'),
});

/** A GGUF file in this process, in llama.cpp through node-llama-cpp (an optional peer): docs/targets.md. */
const ggufTargetConfig = z.strictObject({
  kind: z.literal('gguf'),
  id: identifier.optional().describe("Part of every unit id; absent: made of the file's name and its SHA-256."),
  path: nonEmptyText.describe('The model, one GGUF file.'),
  contextSize: integer(16, 1_048_576).default(1024).describe('Tokens of one request at most, its answer included.'),
  sequences: integer(1, 256)
    .default(16)
    .describe('Requests in one batch at most; each has a context of contextSize, whether it is used or not.'),
  batchSize: integer(1, 65_536)
    .default(512)
    .describe('Tokens in one step at most (n_batch and n_ubatch of llama.cpp); not below sequences.'),
  threads: integer(1, 256).default(1).describe('Threads of llama.cpp. It runs on the CPU alone.'),
  flashAttention: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe('Asked of llama.cpp, which ignores it where the model has none.'),
  kvCacheType: z
    .enum(['f32', 'f16', 'bf16', 'q8_0', 'q4_0'])
    .default('f16')
    .describe('Type of keys and values in the cache; all but f16 are experimental in node-llama-cpp.'),
  swaFullCache: z.boolean().default(false).describe('Keep what has left a sliding window in the cache too.'),
});
export type GgufTargetConfig = z.output<typeof ggufTargetConfig>;

/** A recorded run: the path of its folder, relative to the config file. */
const replayTargetConfig = z.strictObject({
  kind: z.literal('replay'),
  run: nonEmptyText.describe('Folder of the run, relative to the config file.'),
});

const targetConfig = z.discriminatedUnion('kind', [
  referenceEngineTargetConfig,
  completionsTargetConfig,
  chatTargetConfig,
  nullTargetConfig,
  moduleTargetConfig,
  ggufTargetConfig,
  replayTargetConfig,
]);
export type TargetConfig = z.output<typeof targetConfig>;

const generationConfig = z.strictObject({
  maxTokens: integer(1, 4096).default(16).describe('Tokens to produce for each request.'),
  temperature: z.number().min(0).max(5).default(0).describe('0: the most likely token.'),
  seed: z.int().default(0).describe('Seed of sampling, sent with each request.'),
  scoreLastPositions: integer(0, 4096)
    .default(32)
    .describe('Prompt positions whose logits are kept, from the end; drift is measured there.'),
});

/** Answers of earlier runs; which units may be taken from it: harness/run/unit-cache.ts. */
const cacheConfig = z.strictObject({
  use: z
    .boolean()
    .default(false)
    .describe('Take units of the drift report from earlier runs on the same target; repeats are always measured.'),
  directory: nonEmptyText.default('.evenkeel/cache').describe('Where they are kept; it can be deleted at any time.'),
  maxAgeDays: z.number().min(0).max(3650).default(7).describe('Older answers are measured again.'),
});

const reporterName = z.enum([
  'html',
  'json',
  'junit',
  'markdown',
  'sarif',
  'gitlab',
  'github',
  'cyclonedx',
  'model-card',
  'model-index',
]);

/** Opens quickly everywhere, and can be sent by mail. */
export const REPORT_MAX_BYTES = 10_000_000;

/** Of all reports, as the key `reporters` and the flag `--output` take them. */
export const REPORTER_NAMES: readonly string[] = reporterName.options;

/** The options of each perturbation, by its id, in the order in which they are planned. */
export type PerturbationOptions = Readonly<Record<string, z.ZodType>>;

const configShape = {
  $schema: z.string().optional().describe('For editors; not read.'),
  target: targetConfig.describe('What is measured.'),
  cases: z.union([nonEmptyText, z.array(nonEmptyText).min(1)]).describe('Case file or files.'),
  caseLimit: z.int().min(1).nullable().default(null).describe('Use only the first cases; null: all.'),
  generation: generationConfig.prefault({}).describe('How each request is sent.'),
  policy: policy.prefault({}).describe('What must hold.'),
  seed: nonEmptyText.default('evenkeel').describe('Every random choice of a run is derived from it.'),
  runsDirectory: nonEmptyText.default('.evenkeel/runs').describe('Where run folders are made.'),
  cache: cacheConfig.prefault({}).describe('Answers of earlier runs.'),
  profile: profileSettings
    .nullable()
    .default(null)
    .describe(
      'Latency and bytes per token by context length, after the units have run; null: not measured. Never judged.',
    ),
  cacheTiming: cacheTimingSettings
    .nullable()
    .default(null)
    .describe(
      'Whether a first token comes sooner because another tenant has sent the prefix, after the units have run; null: not measured. Judged as a part of leakage.',
    ),
  reporters: z
    .array(reporterName)
    .default(['html', 'json'])
    .describe(
      'Reports to write into the run folder: for people `html` and `markdown`; for CI systems `junit`, `sarif`, `gitlab` (code quality) and `github` (annotations and job summary of the workflow, no file); for model cards `cyclonedx` and `model-index`; `json` is the view.',
    ),
  reportMaxBytes: z
    .int()
    .min(1)
    .default(REPORT_MAX_BYTES)
    .describe(
      'The HTML report may have this many bytes: every failed unit and a sample of the others are in it, what does not fit is in `data/` beside it.',
    ),
};
type CommonConfig = z.ZodObject<typeof configShape, z.core.$strict>;

/** Builds the schema of a whole config file. */
export function configSchema(perturbationOptions: PerturbationOptions) {
  const chosen: Record<string, z.ZodType> = {};
  // `repeat:` with nothing behind it is null in YAML and means the defaults.
  for (const [id, options] of Object.entries(perturbationOptions)) {
    chosen[id] = z.preprocess((value) => (value === null ? {} : value), options).optional();
  }
  return z.strictObject({
    ...configShape,
    perturbations: z
      .strictObject(chosen)
      .refine((value) => Object.values(value).some((options) => options !== undefined), {
        error: 'at least one perturbation',
        params: { hint: `Known: ${Object.keys(perturbationOptions).join(', ')}.` },
      })
      .meta({ minProperties: 1 }),
  });
}

/** What a user writes. */
export type Config = z.input<CommonConfig> & {
  readonly perturbations: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
};

/** Every value set; paths as written, relative to the config file. */
export type ResolvedConfig = Readonly<Omit<z.output<CommonConfig>, '$schema' | 'cases'>> & {
  readonly cases: readonly string[];
  /** By perturbation id, in the order of the registry, each fully set. */
  readonly perturbations: Readonly<Record<string, unknown>>;
};
