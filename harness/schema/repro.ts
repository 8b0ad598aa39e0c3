/**
 * Repro: the smallest pair of jobs that still shows a difference, as `evenkeel diagnose` found it. `evenkeel replay` runs both sides.
 *
 * Both jobs are stored whole: a replay needs no plan, no case file and no perturbation. The file travels, so it is hostile: everything
 * has a limit, and it names neither a module nor an address.
 * @module
 */
import { z } from 'zod';
import type { LevelJob, PlannedRequest } from './plan.ts';
import { identifier, precisionMode, schemaVersion, sha256Hex } from './scalars.ts';
import type { ServingKnobs } from './serving-knobs.ts';

const REQUESTS_MAX = 256;
const WAVES_MAX = 256;
const PROMPT_TOKENS_MAX = 1_048_576;
const ELEMENTS_MAX = PROMPT_TOKENS_MAX;

/** As `ServingKnobs`. */
const servingKnobs = z.strictObject({
  maxBatch: z.int().min(1).max(256).exactOptional(),
  chunkSize: z.int().min(1).max(65_536).exactOptional(),
  prefixCache: z.boolean().exactOptional(),
  hotTokens: z.int().min(1).exactOptional(),
  warmTier: z.enum(['ample', 'tight']).exactOptional(),
  coldTier: z.enum(['none', 'lossless', 'nvfp4', 'kept', 'files']).exactOptional(),
  windowPolicy: z.enum(['full', 'zero', 'bounded-replay']).exactOptional(),
  draftTokens: z.int().min(0).max(64).exactOptional(),
  memory: z.enum(['off', 'resident', 'host']).exactOptional(),
  memoryPrefetch: z.boolean().exactOptional(),
  copyDelaySteps: z.int().min(0).max(1024).exactOptional(),
  preemption: z.enum(['recompute', 'swap']).exactOptional(),
  scheduleSeed: z.int().exactOptional(),
  sideChannels: z.boolean().exactOptional(),
  engineInstance: z.int().min(0).max(1024).exactOptional(),
} satisfies Record<keyof ServingKnobs, z.ZodType>);

const jobRequest = z.strictObject({
  id: z.string().max(400),
  caseId: identifier,
  role: z.enum(['probe', 'mate']),
  prompt: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text: z.string().max(4 * PROMPT_TOKENS_MAX) }),
    z.strictObject({ kind: z.literal('tokens'), tokenIds: z.array(z.int().min(0)).max(PROMPT_TOKENS_MAX) }),
  ]),
  maxTokens: z.int().min(1).max(4096),
  temperature: z.number().min(0).max(5),
  seed: z.int(),
  canary: z.string().max(400).nullable(),
  scoreLastPositions: z.int().min(0).max(4096),
  /** Set where a level reads the output of the reference again: the tokens are taken from its side. */
  forcedFromLevel: identifier.nullable(),
  arrivalStep: z.int().min(0).max(65_536).exactOptional(),
  promptLogits: z.enum(['hashed', 'skipped']).exactOptional(),
  cacheSalt: z.string().max(400).exactOptional(),
  evaluation: z.enum(['decode', 'prefill']).exactOptional(),
  adapter: z.string().max(400).exactOptional(),
  delivery: z.enum(['whole', 'stream']).exactOptional(),
  promptForm: z.enum(['text', 'tokens']).exactOptional(),
  truncateTo: z.int().min(1).max(PROMPT_TOKENS_MAX).exactOptional(),
} satisfies Record<keyof PlannedRequest, z.ZodType>);

/** A job on disk. */
export const storedJob = z.strictObject({
  unitId: z.string().max(400),
  levelId: identifier,
  precision: z.union([precisionMode, z.literal('target-default')]),
  sessions: z.enum(['one', 'one-per-wave']),
  requestRetry: z.enum(['allowed', 'forbidden']).exactOptional(),
  knobs: servingKnobs.exactOptional(),
  waves: z.array(z.array(jobRequest).max(REQUESTS_MAX)).min(1).max(WAVES_MAX),
} satisfies Record<keyof LevelJob, z.ZodType>);
export type StoredJob = z.infer<typeof storedJob>;

/** A thing that a reproducer can be without. */
export const reproElement = z.strictObject({
  id: z.string().max(400),
  kind: z.enum(['atom', 'knob', 'setting', 'mate', 'part', 'token']),
  label: z.string().max(400),
});
export type ReproElement = z.infer<typeof reproElement>;

/** By what two sides are told apart. */
export const differenceKind = z.enum(['bits', 'tokens', 'text']);
export type DifferenceKind = z.infer<typeof differenceKind>;

export const repro = z.strictObject({
  schemaVersion,
  /** The run in which the difference was seen. */
  runId: identifier,
  perturbation: identifier,
  level: identifier,
  caseId: identifier,
  target: z.strictObject({
    id: identifier,
    kind: z.string().max(80),
    fingerprintSha256: sha256Hex,
    /** Configuration of an embedded target, JSON; null: the target of the reader's own configuration. */
    config: z.unknown(),
  }),
  /** Id of the request that is compared, at both sides. */
  watched: z.string().max(400),
  by: differenceKind,
  /** The two sides, ready to be run. */
  sides: z.strictObject({ reference: storedJob, level: storedJob }),
  /** What could not be taken away, in the order in which it was tried. */
  elements: z.array(reproElement).max(ELEMENTS_MAX),
  /** How many elements there were. */
  elementsBefore: z.int().min(0),
  /**
   * `one-minimal`: without any single atom, knob, setting or mate the difference is gone; without any single part or token it is gone,
   * or one of those is not needed for it any more. Each of them was tested.
   */
  minimality: z.enum(['one-minimal', 'budget-spent']),
  probes: z.strictObject({
    made: z.int().min(0),
    budget: z.int().min(1),
    /** Pairs that were run; more than the probes on a noisy target. */
    trials: z.int().min(0),
    undecided: z.int().min(0),
  }),
});
export type Repro = z.infer<typeof repro>;

/** A job as it is stored. */
export function storeJob(job: LevelJob): StoredJob {
  return {
    ...job,
    knobs: { ...job.knobs },
    waves: job.waves.map((wave) =>
      wave.map((request) => ({
        ...request,
        prompt:
          request.prompt.kind === 'text'
            ? { ...request.prompt }
            : { kind: 'tokens', tokenIds: [...request.prompt.tokenIds] },
      })),
    ),
  };
}
