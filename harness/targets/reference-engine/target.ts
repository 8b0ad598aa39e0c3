/**
 * The reference engine as a target: lanes that share weights and nothing else, white-box logits, everything observed.
 *
 * Invariant: a level's result depends on the job, the forced tokens and the options that `describe` names; not on the lane, nor on
 * what ran before in it (each level has a fresh session).
 * @module
 */
import { createHash } from 'node:crypto';
import { createByteTokenizer, PRECISION_MODES } from '../../../engine/index.ts';
import { TargetError } from '../../ports/index.ts';
import type { CardEntry, Target, TargetDescription } from '../../schema/index.ts';
import { createInlineLane } from './lane-runner.ts';
import type { Lane } from './lane.ts';
import type { LaneDescription, ReferenceEngineOptions } from './options.ts';
import { createWorkerLane } from './worker-lane.ts';

/** Bytes and the specials after them; a checkpoint with fewer rows cannot be asked in bytes. */
const BYTES = 256;

/**
 * Makes the target; nothing is loaded and no thread starts before the first question.
 *
 * From compiled files each lane is a worker thread, so that the calling thread stays free to draw and to hear Ctrl-C. From
 * TypeScript sources, where a worker cannot start, there is one inline lane.
 */
export function createReferenceEngineTarget(options: ReferenceEngineOptions): Target {
  const compiled = !import.meta.url.endsWith('.ts');
  return targetOver(options, compiled ? createWorkerLanes(options) : [createInlineLane(options)]);
}

/** The target over lanes that somebody else has made; the first one describes it. */
export function targetOver(options: ReferenceEngineOptions, lanes: readonly Lane[]): Target {
  return {
    id: options.id,
    lanes: lanes.length,
    tokenizer: createByteTokenizer(),
    describe: async () => {
      const first = await lanes[0].describe();
      // the others get ready meanwhile; what fails now fails again, and is told, at their first level
      for (const lane of lanes.slice(1)) lane.describe().catch(() => undefined);
      return description(options, first);
    },
    runLevel: (job, { lane, forced }) => {
      if (lanes[lane] === undefined)
        throw new RangeError(`runLevel: expected a lane below ${lanes.length}, got ${lane}`);
      return lanes[lane].runLevel(job, forced);
    },
    // on one lane, while the others rest
    timer: { lengthUnit: 'tokens', timeLevel: (job) => lanes[0].timeLevel(job) },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** The first lane opens the checkpoint; the others take its packed weights, which lie in shared memory, before their first question. */
function createWorkerLanes(options: ReferenceEngineOptions): Lane[] {
  const create = (): Lane => createWorkerLane(options, new URL('./worker.js', import.meta.url));
  const first = create();
  const others = Array.from({ length: options.lanes - 1 }, () => afterAdoption(create(), first));
  return [first, ...others];
}

function afterAdoption(lane: Lane, first: Lane): Lane {
  let adopted: Promise<void> | null = null;
  const ready = (): Promise<void> => {
    adopted ??= first
      .share()
      .then((shared) => (shared === null ? undefined : lane.adopt(shared)))
      .catch((error: unknown) => {
        // the next question tries again
        adopted = null;
        throw error;
      });
    return adopted;
  };
  return {
    ...lane,
    describe: async () => {
      await ready();
      return lane.describe();
    },
    runLevel: async (job, forced) => {
      await ready();
      return lane.runLevel(job, forced);
    },
  };
}

function description(options: ReferenceEngineOptions, lane: LaneDescription): TargetDescription {
  if (lane.vocabSize < BYTES)
    throw new TargetError({
      code: 'TARGET_VOCABULARY',
      at: `${options.id}, checkpoint`,
      expected: `a vocabulary of at least ${BYTES}, one token a byte`,
      got: String(lane.vocabSize),
      hint: 'This target reads text as bytes.',
    });
  const card: CardEntry[] = lane.entries.map(({ name, value }) => ({ name, value, source: 'observed' }));
  return {
    id: options.id,
    kind: 'reference-engine',
    fingerprintSha256: fingerprint(lane),
    vocabSize: lane.vocabSize,
    capabilities: { logits: true, precisionModes: [...PRECISION_MODES], batching: true, knobs: [...lane.knobs] },
    card,
  };
}

/** Over the checkpoint and every entry, each with its length, so that no two descriptions share their bytes. */
function fingerprint({ checkpointSha256, entries }: LaneDescription): string {
  const hash = createHash('sha256');
  const fields = [
    'evenkeel/reference-engine',
    checkpointSha256,
    ...entries.flatMap(({ name, value }) => [name, value]),
  ];
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:${field}\n`);
  return hash.digest('hex');
}
