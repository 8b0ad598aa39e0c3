/**
 * Runs a pair again and says where its sides part: inside the reference engine by the fingerprints of its ops, at any other target by
 * the first token.
 * @module
 */
import { differenceOf, differs, locate, type Sides, type TracedRequest } from '../diagnose/index.ts';
import { TargetError } from '../ports/index.ts';
import type {
  DifferenceKind,
  DivergenceLocation,
  DivergenceSite,
  LevelJob,
  LevelObservation,
  RequestObservation,
  Target,
  Tokenizer,
} from '../schema/index.ts';
import { openReferenceEngineTracer, type TracedLevel } from '../targets/index.ts';
import { referenceEngineOptions } from './create-target.ts';
import { partsModuleOf, type OwnTarget } from './recorded-run.ts';

/** Two jobs, and the request that is compared. */
export interface JobPair {
  readonly reference: LevelJob;
  readonly level: LevelJob;
  readonly watched: string;
}

/** Each side stands alone: nothing is forced from the other one. */
export function standalone(job: LevelJob): LevelJob {
  return {
    ...job,
    waves: job.waves.map((wave) => wave.map((request) => ({ ...request, forcedFromLevel: null }))),
  };
}

export async function runPair(target: Pick<Target, 'runLevel'>, pair: JobPair): Promise<Sides> {
  const run = async (job: LevelJob): Promise<RequestObservation> =>
    watchedOf((await target.runLevel(job, { lane: 0, forced: new Map() })).record, pair.watched);
  return { reference: await run(pair.reference), level: await run(pair.level) };
}

export async function locatePair(
  pair: JobPair,
  sides: Sides,
  by: DifferenceKind,
  { own, tokenizer }: { readonly own: OwnTarget; readonly tokenizer: Tokenizer },
): Promise<DivergenceLocation> {
  const { firstBitDiff, firstTokenDiff } = differenceOf(sides);
  const first = firstBitDiff ?? firstTokenDiff;
  const { promptTokens } = sides.level;
  return {
    reproduced: differs(sides, by),
    firstBitDiff,
    firstTokenDiff,
    position: first === null || promptTokens === null ? null : promptTokens - 1 + first,
    site: await siteOf(pair, own, tokenizer),
  };
}

async function siteOf(pair: JobPair, own: OwnTarget, tokenizer: Tokenizer): Promise<DivergenceSite> {
  const { config, directory } = own;
  if (config.kind !== 'reference-engine')
    return { kind: 'unsupported', why: `A target of kind ${config.kind} shows nothing of its inside.` };
  const tracer = await openReferenceEngineTracer(referenceEngineOptions(config, directory, partsModuleOf(config)));
  const traced = async (job: LevelJob): Promise<TracedRequest> =>
    tracedRequest(await tracer.trace(job), job, pair.watched, tokenizer);
  return locate(await traced(pair.reference), await traced(pair.level));
}

/** One request's part of a traced level. */
export function tracedRequest(
  { result, fingerprints }: TracedLevel,
  job: LevelJob,
  watched: string,
  tokenizer: Pick<Tokenizer, 'encode'>,
): TracedRequest {
  const { tokenIds, stepSha256 } = watchedOf(result.record, watched);
  const planned = job.waves.flat().find(({ id }) => id === watched);
  if (planned === undefined) throw new RangeError(`tracedRequest: the job has no request ${watched}`);
  const { prompt } = planned;
  const promptIds = prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
  return {
    results: fingerprints.filter(({ request }) => request === watched),
    tokenIds: [...promptIds, ...tokenIds],
    logits: new Map(stepSha256.map((hash, step) => [promptIds.length - 1 + step, hash])),
  };
}

function watchedOf({ levelId, requests }: LevelObservation, watched: string): RequestObservation {
  const found = requests.find(({ requestId }) => requestId === watched);
  if (found !== undefined) return found;
  throw new TargetError({
    code: 'TARGET_RECORD_INVALID',
    at: `level ${levelId}`,
    expected: `an answer to request ${watched}`,
    got: 'none',
    hint: 'This is a defect of the target plug-in.',
  });
}
