/**
 * A pair of jobs, of which one request is compared, and what a reproducer may be made of.
 * @module
 */
import type { LevelJob, PlannedRequest, ReproElement } from '../schema/index.ts';
import type { ShrinkElement } from './shrink.ts';

export interface JobPair {
  readonly reference: LevelJob;
  readonly level: LevelJob;
  /** Id of the request that is compared; both jobs have it. */
  readonly watched: string;
}

/** Something in which the sides differ, or a piece of what they share. */
export interface PairElement extends ShrinkElement {
  readonly kind: ReproElement['kind'];
  readonly label: string;
  /** The factor of an attribution that it belongs to; null: a piece of the prompt, which is no factor. */
  readonly factor: string | null;
}

/** Elements, and the pair that is left with some of them. */
export interface Shrinkable {
  readonly elements: readonly PairElement[];
  /** Null where nothing can be run: an empty prompt, or atoms that cannot be put together. */
  readonly build: (kept: ReadonlySet<string>) => JobPair | null;
}

/** From the coarse to the fine. */
export const STAGE = { factor: 0, part: 1, token: 2 } as const;

/**
 * Each side stands alone: no tokens are forced in order to be compared, and no prompt logits are kept beyond their hash. Only a level
 * that reads the other one's output again has to be given it.
 */
export function standalone(job: LevelJob): LevelJob {
  return eachRequest(job, (request) => ({
    ...request,
    forcedFromLevel: request.evaluation === 'prefill' ? request.forcedFromLevel : null,
    scoreLastPositions: 0,
  }));
}

export function watchedRequest({ waves, levelId }: LevelJob, watched: string): PlannedRequest {
  const found = waves.flat().find(({ id }) => id === watched);
  if (found === undefined) throw new RangeError(`level ${levelId} has no request ${watched}`);
  return found;
}

/** Every request changed, or dropped where the change is null; waves without requests go. */
export function eachRequest(job: LevelJob, change: (request: PlannedRequest) => PlannedRequest | null): LevelJob {
  const waves = job.waves
    .map((wave) => wave.map(change).filter((request) => request !== null))
    .filter((wave) => wave.length > 0);
  return { ...job, waves };
}

/** Both sides produce so many tokens at most. */
export function withMaxTokens(pair: JobPair, maxTokens: number): JobPair {
  const shorter = (job: LevelJob): LevelJob =>
    eachRequest(job, (request) => ({ ...request, maxTokens: Math.min(request.maxTokens, maxTokens) }));
  return { ...pair, reference: shorter(pair.reference), level: shorter(pair.level) };
}
