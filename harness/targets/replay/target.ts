/**
 * A recorded run as a target: each level answers what it answered then, bit for bit. For regressions of suites, policies and reports
 * without a model, and for a colleague who has the run folder and no server.
 *
 * Invariant: it never makes an answer up. A unit or a level that was not recorded is an error that says so. Unit ids hold the cases, the
 * options, the seed and the target's id, so that another config finds nothing here.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import {
  blobDigests,
  type LevelJob,
  type LevelResult,
  type Observation,
  type Target,
  type TargetDescription,
} from '../../schema/index.ts';
import { byteTokenizer, codePointTokenizer } from '../endpoint/text-tokenizer.ts';

export interface ReplayOptions {
  /** The recorded target's own id: a part of every unit id. */
  readonly id: string;
  readonly runId: string;
  readonly description: TargetDescription;
  /** What the recorded run cut its prompts into. */
  readonly tokenizer: 'text' | 'bytes';
  /** Observations with status ok, in plan order; can be asked again. */
  readonly observations: () => Promise<Iterable<Observation>>;
  readonly loadBlob: (sha256: string) => Uint8Array;
}

export function createReplayTarget(options: ReplayOptions): Target {
  const find = createFinder(options);
  const { description } = options;
  return {
    id: options.id,
    // in plan order, so that a unit is found by reading on
    lanes: 1,
    tokenizer: options.tokenizer === 'bytes' ? byteTokenizer : codePointTokenizer,
    describe: () =>
      Promise.resolve({
        ...description,
        kind: 'replay',
        card: [...description.card, { name: 'replayed run', value: options.runId, source: 'observed' as const }],
      }),
    runLevel: async (job) => replay(job, await find(job.unitId), options),
    close: () => Promise.resolve(),
  };
}

/** Reads on from the last unit found; from the start once more when it is not behind it. */
function createFinder({ observations, runId }: ReplayOptions): (unitId: string) => Promise<Observation> {
  let reader: Iterator<Observation> | null = null;
  let last: Observation | null = null;
  return async (unitId) => {
    if (last?.unitId === unitId) return last;
    for (const pass of ['on', 'again'] as const) {
      if (reader === null || pass === 'again') reader = (await observations())[Symbol.iterator]();
      for (let next = reader.next(); next.done !== true; next = reader.next()) {
        last = next.value;
        if (last.unitId === unitId) return last;
      }
    }
    throw missing(
      `run ${runId}, unit ${unitId}`,
      'the unit in the recorded run',
      'Were cases, options, seed or target id changed?',
    );
  };
}

function replay(job: LevelJob, observation: Observation, { runId, loadBlob }: ReplayOptions): LevelResult {
  const record = observation.levels.find(({ levelId }) => levelId === job.levelId);
  if (record === undefined)
    throw missing(`run ${runId}, unit ${job.unitId}`, `level ${job.levelId} in the recorded run`, '');
  const digests = new Set(record.requests.flatMap(blobDigests));
  return { record, blobs: [...digests].map((sha256) => ({ sha256, bytes: loadBlob(sha256) })) };
}

/** The same answer would come again: TARGET_REFUSED is not tried again. */
function missing(at: string, expected: string, hint: string): TargetError {
  return new TargetError({ code: 'TARGET_REFUSED', at, expected, got: 'none', hint });
}
