/**
 * One wave: its requests at the same moment, or as one list prompt, and what was really done.
 *
 * All requests of a wave have ended when it returns or throws, so that what is sent next never meets them in a batch.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import {
  leastMaxRows,
  type Dialect,
  type GenerationRequest,
  type Produced,
  type Route,
  type StepRows,
} from '../dialects/index.ts';
import type { HttpAnswer, HttpClient } from '../http/index.ts';

export interface WaveInput {
  readonly client: HttpClient;
  readonly dialect: Dialect;
  readonly route: Route;
  readonly model: string;
  readonly requests: readonly GenerationRequest[];
  readonly retry: boolean;
  /** One request with all prompts, if the route and the requests allow it. */
  readonly asList: boolean;
  /** Whether the server's own count of running requests is read meanwhile. */
  readonly watch: boolean;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface WaveResult {
  /** In the order of the requests. */
  readonly answers: readonly { readonly produced: Produced; readonly answer: HttpAnswer }[];
  readonly sentAs: 'single' | 'simultaneous' | 'list-prompt';
  /** A list prompt was wanted and refused. */
  readonly fellBack: boolean;
  /** The largest count that the server showed; null when it shows none. */
  readonly runningMax: number | null;
}

/** Short against a generation, long against a scrape. */
const WATCH_EVERY_MS = 10;

/** @throws TargetError of the first request that failed, after all have ended */
export async function sendWave(input: WaveInput): Promise<WaveResult> {
  const { dialect, client, watch } = input;
  const rowsNow = async (): Promise<StepRows | null> =>
    !watch || dialect.stepRows === null ? null : dialect.stepRows(client).catch(() => null);
  const before = await rowsNow();
  const result = await sendWatched(input);
  const after = await rowsNow();
  const counted = before === null || after === null ? null : leastMaxRows(before, after);
  return counted === null ? result : { ...result, runningMax: Math.max(result.runningMax ?? 0, counted) };
}

async function sendWatched(input: WaveInput): Promise<WaveResult> {
  const watcher = startWatching(input);
  try {
    if (input.asList && input.requests.length > 1) {
      const answers = await sendList(input);
      if (answers !== null)
        return { answers, sentAs: 'list-prompt', fellBack: false, runningMax: await watcher.stop() };
    }
    const settled = await Promise.allSettled(input.requests.map((request) => sendOne(input, request)));
    const failure = settled.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    return {
      answers: settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
      sentAs: input.requests.length === 1 ? 'single' : 'simultaneous',
      fellBack: input.asList && input.requests.length > 1,
      runningMax: await watcher.stop(),
    };
  } finally {
    await watcher.stop();
  }
}

async function sendOne(
  { client, route, model, retry }: WaveInput,
  request: GenerationRequest,
): Promise<WaveResult['answers'][number]> {
  const answer = await client.json(route.address, { body: route.body(request, model), retry });
  return { produced: route.read(answer.json, request), answer };
}

/** Null when the list is refused, or cannot be said in one request. */
async function sendList({ client, route, model, retry, requests }: WaveInput): Promise<WaveResult['answers'] | null> {
  const list = route.list?.(requests, model) ?? null;
  if (list === null) return null;
  let answer: HttpAnswer;
  try {
    answer = await client.json(route.address, { body: list.body, retry });
  } catch (error) {
    if (error instanceof TargetError && error.code === 'TARGET_REFUSED') return null;
    throw error;
  }
  const produced = list.read(answer.json);
  return produced?.map((one) => ({ produced: one, answer })) ?? null;
}

function startWatching({ dialect, client, watch, sleep }: WaveInput): { readonly stop: () => Promise<number | null> } {
  const { running } = dialect;
  if (!watch || running === null) return { stop: () => Promise.resolve(null) };
  let stopped = false;
  let most: number | null = null;
  const looking = (async () => {
    while (!stopped) {
      // a scrape that fails is a count that is not known: the level then has no proof, and says so
      const now = await running(client).catch(() => null);
      if (now !== null) most = Math.max(most ?? 0, now);
      if (!stopped) await sleep(WATCH_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await looking;
      return most;
    },
  };
}
