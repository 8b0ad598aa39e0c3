/**
 * The reference engine in this thread, over a checkpoint that the caller has, with engine options and parts that no configuration
 * names: for benches, which run hundreds of engines over few checkpoints. The way of a level is that of every run (`run-level.ts`).
 * @module
 */
import {
  createByteTokenizer,
  PRECISION_MODES,
  type BatchRequest,
  type Checkpoint,
  type Engine,
  type EngineOptions,
} from '../../../engine/index.ts';
import type { Clock } from '../../ports/index.ts';
import type { LevelJob, Target } from '../../schema/index.ts';
import { enginesByLevel } from './engines-by-level.ts';
import { knobsFor, knobsOfJob } from './knobs.ts';
import { runLevel } from './run-level.ts';
import { timeLevel } from './time-level.ts';

export interface PartsTargetOptions {
  readonly id: string;
  readonly checkpoint: Checkpoint;
  readonly engine: EngineOptions;
  /** Room on the host where a level wants little of it; nothing = that of a run. */
  readonly tightWarmBytes?: number | undefined;
  /** Before a request goes to the engine. */
  readonly request?: (request: BatchRequest) => BatchRequest;
  /** Nobody looks at prompt logits, so that prefixes may come from the cache. */
  readonly skipPromptLogits?: boolean;
  /** Levels are timed by it; absent = nothing is timed. */
  readonly clock?: Pick<Clock, 'nowMs'>;
}

export function createPartsTarget({ id, checkpoint, engine: options, clock, ...rest }: PartsTargetOptions): Target {
  const tokenizer = createByteTokenizer();
  const engineFor = enginesByLevel(checkpoint, options, rest.tightWarmBytes);
  return {
    id,
    lanes: 1,
    tokenizer,
    describe: () =>
      Promise.resolve({
        id,
        kind: 'reference-engine',
        fingerprintSha256: checkpoint.digestSha256,
        vocabSize: checkpoint.config.vocabSize,
        capabilities: {
          logits: true,
          precisionModes: [...PRECISION_MODES],
          batching: true,
          knobs: knobsFor(checkpoint),
        },
        card: [],
      }),
    runLevel: (job, { forced }) =>
      runLevel({
        engine: withRequests(engineFor({ precision: job.precision, knobs: knobsOfJob(job) }), rest.request),
        tokenizer,
        job: rest.skipPromptLogits === true ? withoutPromptLogits(job) : job,
        forced,
        breathe: () => Promise.resolve(),
      }),
    ...(clock === undefined
      ? {}
      : {
          timer: {
            lengthUnit: 'tokens',
            timeLevel: (job) =>
              Promise.resolve(
                timeLevel({
                  engine: engineFor({ precision: job.precision, knobs: knobsOfJob(job) }),
                  tokenizer,
                  job,
                  clock,
                }),
              ),
          },
        }),
    close: () => Promise.resolve(),
  };
}

/** Every request of every session goes through `change`. */
function withRequests(engine: Engine, change: PartsTargetOptions['request']): Engine {
  if (change === undefined) return engine;
  return {
    ...engine,
    openSession: (stores) => {
      const session = engine.openSession(stores);
      const run = session.run.bind(session);
      session.run = (requests) => run(requests.map(change));
      return session;
    },
  };
}

function withoutPromptLogits(job: LevelJob): LevelJob {
  const waves = job.waves.map((wave) =>
    wave.map((request) => ({ ...request, promptLogits: 'skipped', scoreLastPositions: 0 }) as const),
  );
  return { ...job, waves };
}
