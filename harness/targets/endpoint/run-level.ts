/**
 * One level on a server: fresh state as far as the server can be asked for it, its waves one after another, and counters that say what
 * was really done.
 *
 * Batch size is no field of any server: requests are only sent at the same moment. What the server made of them is known where it
 * shows a count (`maxActiveRows`); what the client saw is `maxInFlight`, and no proof of a batch.
 * @module
 */
import { createHash } from 'node:crypto';
import type {
  Exchange,
  LevelJob,
  LevelResult,
  PlannedRequest,
  RequestObservation,
  Tokenizer,
} from '../../schema/index.ts';
import type { GenerationRequest, Prompt } from '../dialects/index.ts';
import type { HttpClient, HttpClock } from '../http/index.ts';
import { multiByteCharacters } from '../multi-byte.ts';
import { countPrompt } from '../prompt-counts.ts';
import type { Features } from './features.ts';
import { scoreForced } from './forced-scores.ts';
import { checkIdentity } from './identity.ts';
import { observe } from './observe.ts';
import { maxOverlap } from './overlap.ts';
import { createSideWatch } from './side-watch.ts';
import { sendWave, type WaveResult } from './wave.ts';

export interface RunLevelInput {
  readonly client: HttpClient;
  readonly clock: HttpClock;
  readonly features: Features;
  readonly tokenizer: Tokenizer;
  readonly waves: 'simultaneous' | 'list-prompt';
  readonly nonce: string;
  readonly job: LevelJob;
  /** By request id, the tokens to score behind its prompt. */
  readonly forced: ReadonlyMap<string, readonly number[]>;
}

export async function runLevel(input: RunLevelInput): Promise<LevelResult> {
  const { client, clock, features, job } = input;
  await checkIdentity(client, features.identity, `before level ${job.levelId}`);
  const levelStartedMs = clock.nowMs();
  const counters: Record<string, number> = {};
  const add = (name: string, value: number): void => void (counters[name] = (counters[name] ?? 0) + value);
  const most = (name: string, value: number): void => void (counters[name] = Math.max(counters[name] ?? 0, value));
  const requests: RequestObservation[] = [];
  const toScore: (() => Promise<void>)[] = [];
  let salt: string | null = null;
  const canaries = job.waves.flat().flatMap(({ role, canary }) => (role === 'mate' && canary !== null ? [canary] : []));
  const side = job.knobs?.sideChannels === true ? createSideWatch({ ...input, canaries }) : null;
  for (const [wave, planned] of job.waves.entries()) {
    if (wave === 0 || job.sessions === 'one-per-wave') {
      if (await flushed(input)) {
        add('cacheFlushes', 1);
        add('emptyCaches', 1);
      }
      salt = features.cacheSalt ? saltOf(input, wave) : null;
    }
    const promptIds = planned.map((request) => idsOf(request, input.tokenizer));
    const asked = planned.map((request) => generationRequest(request, input, salt));
    const sent = sendWave({
      client,
      dialect: features.dialect,
      route: features.route,
      model: features.model,
      requests: asked,
      retry: job.requestRetry !== 'forbidden' && planned.length === 1,
      asList: input.waves === 'list-prompt',
      watch: features.running,
      sleep: clock.sleep,
    });
    // while they are served, and again when they have been
    const [result] = await Promise.all([sent, side?.look()]);
    await side?.look();
    for (const [index, { produced, answer }] of result.answers.entries()) {
      const seen = observe({
        planned: planned[index],
        wave,
        promptIds: promptIds[index],
        produced,
        answer,
        routeId: features.route.id,
        levelStartedMs,
      });
      requests.push(seen);
      if (answer.pieces !== undefined) add('pieces', answer.pieces);
      add('multiByteCharacters', multiByteCharacters(seen.text));
      // where ids are sent the server's count can be only theirs
      if (features.tokenIdPrompts && produced.promptCount !== null)
        countPrompt(planned[index], { sent: promptIds[index].length, counted: produced.promptCount }, add);
      const ids = produced.promptIds ?? (features.tokenIdPrompts ? promptIds[index] : null);
      toScore.push(() => addForcedScores(seen, asked[index], ids, input));
    }
    countWave(result, planned.length, { add, most });
    if (salt !== null) add('saltedRequests', planned.length);
  }
  // after all waves: what is scored must not meet them in a batch, nor be in the cache when they come
  for (const score of toScore) await score();
  await checkIdentity(client, features.identity, `after level ${job.levelId}`);
  return {
    record: { levelId: job.levelId, requests, counters: { ...counters, ...side?.counters, ...totals(requests) } },
    blobs: [],
  };
}

async function addForcedScores(
  seen: RequestObservation,
  request: GenerationRequest,
  promptIds: readonly number[] | null,
  { client, features, forced }: RunLevelInput,
): Promise<void> {
  const tokens = forced.get(seen.requestId) ?? [];
  const { route, model, promptScore, takesTokenIds } = features;
  if (tokens.length === 0 || !promptScore || !takesTokenIds || promptIds === null || seen.exchange === undefined)
    return;
  const scores = await scoreForced({ client, route, model, request, promptIds, forced: tokens });
  if (scores !== null) seen.exchange.forcedLogprobs = scores;
}

interface Counting {
  readonly add: (name: string, value: number) => void;
  readonly most: (name: string, value: number) => void;
}

function countWave({ answers, sentAs, fellBack, runningMax }: WaveResult, size: number, { add, most }: Counting): void {
  add('waves', 1);
  most('maxInFlight', sentAs === 'list-prompt' ? size : maxOverlap(answers.map(({ answer }) => answer)));
  if (sentAs === 'list-prompt') add('listPrompts', 1);
  if (fellBack) add('listPromptFallbacks', 1);
  if (runningMax === null) return;
  // more than we sent: somebody else uses the server, and the batch is not ours alone
  most('maxActiveRows', Math.min(runningMax, size));
  most('maxForeignRequests', Math.max(0, runningMax - size));
}

/** Sums over the requests; a number that some request does not have is left out. */
function totals(requests: readonly RequestObservation[]): Record<string, number> {
  const exchanges = requests.flatMap(({ exchange }) => exchange ?? []);
  const cached = exchanges.map(({ cachedTokens }) => cachedTokens);
  const ranked = exchanges.flatMap(({ top }, index) => belowTop(requests[index], top) ?? []);
  const slots = exchanges.map(({ slot }) => slot);
  return {
    requests: requests.length,
    requestRetries: exchanges.reduce((sum, { attempts }) => sum + attempts.length - 1, 0),
    // a server that gives no alternatives shows nothing
    ...(ranked.length === requests.length && { sampledBelowTop: ranked.reduce((sum, count) => sum + count, 0) }),
    ...(cached.every((count) => count !== null) && { cachedTokens: cached.reduce((sum, count) => sum + count, 0) }),
    ...(slots.every((slot) => slot !== null) && { slotReuses: slots.length - new Set(slots).size }),
  };
}

/** Produced tokens with a more likely alternative; null where none are told. */
function belowTop({ logprobs }: RequestObservation, top: Exchange['top']): number | null {
  if (top.length === 0 || top.length !== logprobs.length) return null;
  return logprobs.filter(
    (chosen, step) => chosen !== null && top[step].some(({ logprob }) => logprob !== null && logprob > chosen),
  ).length;
}

async function flushed({ client, features }: RunLevelInput): Promise<boolean> {
  const { flush } = features.dialect;
  if (!features.flush || flush === null) return false;
  const answer = await client.send(flush.address, { method: flush.method, retry: true });
  return answer.status >= 200 && answer.status <= 299;
}

/** One per session of a cell; unlike those of other processes, whose cache entries the server may still hold. */
function saltOf({ nonce, job }: RunLevelInput, wave: number): string {
  return digestOf([nonce, job.unitId, job.levelId, String(wave)]);
}

function generationRequest(
  planned: PlannedRequest,
  { features, tokenizer, job, nonce }: RunLevelInput,
  sessionSalt: string | null,
): GenerationRequest {
  return {
    prompt: promptOf(planned, features.tokenIdPrompts, tokenizer),
    ...(planned.truncateTo === undefined ? {} : { truncateTo: planned.truncateTo }),
    maxTokens: planned.maxTokens,
    temperature: planned.temperature,
    seed: planned.seed,
    topLogprobs: features.topLogprobs,
    // Scoring a prompt gives up reuse of its cache: not where batch or cache are what is measured.
    scorePrompt: features.promptScore && planned.scoreLastPositions > 0 && job.requestRetry !== 'forbidden',
    ...(planned.delivery === 'stream' ? { stream: true } : {}),
    cacheSalt: planned.cacheSalt === undefined ? sessionSalt : requestSalt(planned.cacheSalt, { nonce, job }),
  };
}

/** A salt of the plan, unlike that of the same plan in another process or level; '' = none is sent. */
export function requestSalt(name: string, { nonce, job }: Pick<RunLevelInput, 'nonce' | 'job'>): string | null {
  return name === '' ? null : digestOf([nonce, job.unitId, job.levelId, 'request', name]);
}

const digestOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);

export function promptOf(
  { prompt, promptForm }: PlannedRequest,
  tokenIdPrompts: boolean,
  tokenizer: Tokenizer,
): Prompt {
  if (promptForm === undefined ? tokenIdPrompts : promptForm === 'tokens')
    return { kind: 'tokens', tokenIds: prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text) };
  return { kind: 'text', text: prompt.kind === 'text' ? prompt.text : tokenizer.decode(prompt.tokenIds) };
}

function idsOf({ prompt }: PlannedRequest, tokenizer: Tokenizer): readonly number[] {
  return prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
}
