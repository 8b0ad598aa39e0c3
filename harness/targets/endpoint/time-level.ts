/**
 * One level on a server with the client's clock: time to first token and between tokens, from the pieces of streamed answers.
 *
 * The time of a piece is when its packet reached this process: network and the server's queue are in it. No log-probabilities are asked
 * for, since they cost a server time, and no request is tried again. Bytes of its cache no server shows.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import type { LevelJob, PlannedRequest, TimedLevel, TimedRequest, Tokenizer } from '../../schema/index.ts';
import { pieceTimes, type HttpClient, type HttpClock } from '../http/index.ts';
import type { Features } from './features.ts';
import { checkIdentity } from './identity.ts';
import { promptOf, requestSalt } from './run-level.ts';

export interface TimeLevelInput {
  readonly client: HttpClient;
  readonly clock: HttpClock;
  readonly features: Features;
  readonly tokenizer: Tokenizer;
  readonly nonce: string;
  readonly job: LevelJob;
}

const NO_BYTES = { kind: 'unsupported', why: 'a server does not show the bytes of its cache' } as const;

export async function timeLevel(input: TimeLevelInput): Promise<TimedLevel> {
  const { client, features, job } = input;
  if (features.route.streams !== true)
    throw new TargetError({
      code: 'TARGET_REFUSED',
      at: client.url.api,
      expected: 'answers in pieces',
      got: `the route ${features.route.id}, which gives them whole`,
      hint: 'Without pieces there is no time to the first token.',
    });
  await checkIdentity(client, features.identity, `before timing ${job.levelId}`);
  let requests: TimedRequest[] = [];
  for (const wave of job.waves) requests = await timeWave(wave, input);
  const cached = requests.map(({ cachedTokens }) => cachedTokens).filter((count) => count !== null);
  const counters: Record<string, number> = {
    requests: requests.length,
    ...(cached.length === requests.length ? { cachedTokens: cached.reduce((sum, count) => sum + count, 0) } : {}),
  };
  return { requests, counters, bytes: NO_BYTES };
}

async function timeWave(wave: readonly PlannedRequest[], input: TimeLevelInput): Promise<TimedRequest[]> {
  const startMs = input.clock.nowMs();
  const settled = await Promise.allSettled(wave.map((planned) => timeRequest(planned, startMs, input)));
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function timeRequest(
  planned: PlannedRequest,
  startMs: number,
  { client, features, tokenizer, nonce, job }: TimeLevelInput,
): Promise<TimedRequest> {
  const { route, model, tokenIdPrompts } = features;
  const request = {
    prompt: promptOf(planned, tokenIdPrompts, tokenizer),
    maxTokens: planned.maxTokens,
    temperature: planned.temperature,
    seed: planned.seed,
    topLogprobs: null,
    scorePrompt: false,
    cacheSalt: planned.cacheSalt === undefined ? null : requestSalt(planned.cacheSalt, { nonce, job }),
    stream: true,
  };
  const answer = await client.json(route.address, { body: route.body(request, model), retry: false, timed: true });
  const produced = route.read(answer.json, request);
  return {
    requestId: planned.id,
    promptTokens: produced.promptCount,
    cachedTokens: produced.cachedCount,
    completionTokens: produced.completionCount,
    pieceMs: pieceTimes(answer.text, answer.arrivals ?? []).map((atMs) => Math.max(0, atMs - startMs)),
  };
}
