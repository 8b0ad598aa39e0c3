/**
 * Runs a pair again and says where its sides part: inside the reference engine by the fingerprints of its ops, at any other target by
 * the first token.
 * @module
 */
import {
  differenceOf,
  differs,
  locate,
  watchedRequest,
  type JobPair,
  type Sides,
  type TracedRequest,
} from '../diagnose/index.ts';
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
import type { TracedLevel } from '../targets/index.ts';
import type { OwnTarget } from './recorded-run.ts';
import type { TargetPool } from './target-pool.ts';

export async function runPair(target: Pick<Target, 'runLevel'>, pair: JobPair): Promise<Sides> {
  const reference = (await target.runLevel(pair.reference, { lane: 0, forced: new Map() })).record;
  const level = (await target.runLevel(pair.level, { lane: 0, forced: forcedOf(pair.level, reference) })).record;
  return { reference: watchedOf(reference, pair.watched), level: watchedOf(level, pair.watched) };
}

/** The reference's tokens, for the requests of a level that read them again. */
function forcedOf({ waves }: LevelJob, reference: LevelObservation): Map<string, readonly number[]> {
  const wanted = new Set(waves.flat().flatMap(({ id, forcedFromLevel }) => (forcedFromLevel === null ? [] : [id])));
  return new Map(
    reference.requests.filter(({ requestId }) => wanted.has(requestId)).map((one) => [one.requestId, one.tokenIds]),
  );
}

export async function locatePair(
  pair: JobPair,
  sides: Sides,
  by: DifferenceKind,
  asked: Asked,
): Promise<DivergenceLocation> {
  const { firstBitDiff, firstTokenDiff } = differenceOf(sides);
  const first = firstBitDiff ?? firstTokenDiff;
  const { promptTokens } = sides.level;
  return {
    reproduced: differs(sides, by),
    firstBitDiff,
    firstTokenDiff,
    position: first === null || promptTokens === null ? null : promptTokens - 1 + first,
    site: await siteOf(pair, asked),
  };
}

interface Asked {
  readonly own: OwnTarget;
  readonly tokenizer: Tokenizer;
  readonly pool: Pick<TargetPool, 'tracer'>;
}

async function siteOf(pair: JobPair, { own, tokenizer, pool }: Asked): Promise<DivergenceSite> {
  const tracer = await pool.tracer(own);
  if (tracer === null)
    return { kind: 'unsupported', why: `A target of kind ${own.config.kind} shows nothing of its inside.` };
  const reference = await tracer.trace(pair.reference, new Map());
  const level = await tracer.trace(pair.level, forcedOf(pair.level, reference.result.record));
  return locate(
    tracedRequest(reference, pair.reference, pair.watched, tokenizer),
    tracedRequest(level, pair.level, pair.watched, tokenizer),
  );
}

/** One request's part of a traced level. */
function tracedRequest(
  { result, fingerprints }: TracedLevel,
  job: LevelJob,
  watched: string,
  tokenizer: Pick<Tokenizer, 'encode'>,
): TracedRequest {
  const { tokenIds, stepSha256 } = watchedOf(result.record, watched);
  const { prompt } = watchedRequest(job, watched);
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
