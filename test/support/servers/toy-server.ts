/**
 * What all fixture servers share: the socket, the log of what was asked, the prefix cache, how many requests run at once, and the
 * defects that a test switches on. A dialect adds its routes.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';
import { toyLogprobs, toyPick, toyText, toyTokenize, unit } from './toy-model.ts';

export interface ToyDefects {
  /** Answers before the real one: status, headers, body. One is taken by each generation request. */
  refusals?: { status: number; headers?: Record<string, string>; body?: string }[];
  /** `echo` is accepted and only produced tokens are scored; or refused; or every value is the same. */
  echo?: 'ignored' | 'refused' | 'constant';
  /** Written before the prompt in an echo's text, as a begin-of-sequence token is. */
  echoBegin?: string;
  zeroTokens?: 'refused' | 'one';
  /** -1 everywhere, as SGLang writes it. */
  textOffset?: boolean;
  /** All produced values are -9999.0. */
  sentinel?: boolean;
  /** Chat-shaped log-probabilities on the completions route. */
  chatShape?: boolean;
  /** Several are given in turn. */
  fingerprint?: string | null | readonly string[];
  seedIgnored?: boolean;
  /** The seed holds for a request that runs alone, and not in company. */
  seedFailsInCompany?: boolean;
  /** What is asked for is not read: all is sampled at this temperature. */
  temperatureIs?: number;
  /** Prompts are cut to this many tokens without a word. */
  truncateTo?: number;
  /** `stop` at the length limit. */
  wrongFinish?: boolean;
  /** Added to the chosen token's value for each alternative that is asked for. */
  alternativesBias?: number;
  /** All values are this much too large: they sum to more than 1. */
  sumBias?: number;
  /** Rounded to this many decimals. */
  decimals?: number;
  /** Values move, and tokens may flip, by this much when more than one request runs. */
  batchNoise?: number;
  /** Values of a request whose prefix was cached move by this much (vllm#42019). */
  cacheNoise?: number;
  /** Each request moves by itself. */
  runNoise?: number;
  /** Values move by this much with the prompt that was served before. */
  historyNoise?: number;
  /** A chance for each request to answer with another first token: drawn from this seed, in the order of arrival. */
  flips?: { rate: number; seed: string };
  /** Two models share the address and the name: each second request is answered by the other one. */
  otherModel?: boolean;
  /** Values of prompt tokens are this much too low. */
  promptBias?: number;
  /** The answers to a list of prompts come in another order, or one is lost. */
  listAnswers?: 'reversed' | 'one-lost';
  /** Routes that only an operator's mode has (vLLM's flush and configuration) are not there. */
  withoutAdminRoutes?: boolean;
  listPrompts?: 'refused';
  tokenIdPrompts?: 'refused';
  topLogprobsMax?: number;
  logprobs?: 'refused' | 'none';
  /** Generation takes this long, so that requests overlap. */
  delayMs?: number;
  saltIgnored?: boolean;
  modelList?: 'alternating' | 'none';
  withoutIds?: boolean;
  withoutCounts?: boolean;
  saltRefused?: boolean;
  /** Serves the model list, and closes the connection of every generation. */
  dies?: boolean;
}

export interface ToyRequest {
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly alternatives: number;
  readonly salt: string;
  /** Also score the prompt. */
  readonly score: boolean;
}

export interface ToyToken {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
  readonly top: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
}

export interface ToyResult {
  readonly ids: readonly number[];
  readonly tokens: readonly ToyToken[];
  readonly text: string;
  /** Per prompt position from 1: the first has none. */
  readonly prompt: readonly ToyToken[];
  readonly cached: number;
  readonly finish: 'length' | 'stop';
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface ToyCore {
  readonly defects: ToyDefects;
  readonly seen: Seen[];
  readonly tokenize: (text: string) => number[];
  /** Runs one request as one of those that run now. */
  readonly generate: (request: ToyRequest) => Promise<ToyResult>;
  /** Those that run now, and the most that ever did. */
  readonly running: { now: number; most: number };
  readonly flushCache: () => void;
  readonly modelName: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** An object is written as JSON. */
  readonly body: unknown;
}

export type Handler = (seen: Seen) => Reply | Promise<Reply>;
export type Routes = Readonly<Record<string, Handler>>;

export interface ToyServer extends ToyCore {
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly root: string;
  /** Generation requests in order. */
  readonly generations: () => Seen[];
  readonly close: () => Promise<void>;
}

export interface ToyServerOptions {
  readonly defects?: ToyDefects;
  readonly modelName?: string;
  readonly routes: (core: ToyCore) => Routes;
  /** Paths that generate: they take the refusals. */
  readonly generationPaths: readonly string[];
}

/** Started, and closed when the test ends. */
export async function startToyServer({
  defects = {},
  modelName = 'toy',
  routes,
  generationPaths,
}: ToyServerOptions): Promise<ToyServer> {
  const core = createCore(defects, modelName);
  const table = routes(core);
  const server = createServer((request, response) => {
    answer(request, response, { core, table, generationPaths }).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const port = await listen(server);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  const root = `http://127.0.0.1:${port}`;
  return {
    ...core,
    root,
    baseUrl: `${root}/v1`,
    generations: () => core.seen.filter(({ path }) => generationPaths.includes(path)),
    close,
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { core, table, generationPaths }: { core: ToyCore; table: Routes; generationPaths: readonly string[] },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  const text = Buffer.concat(chunks).toString();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const seen: Seen = { method: request.method ?? 'GET', path, body, headers: request.headers };
  core.seen.push(seen);
  const generation = generationPaths.includes(path);
  if (generation && core.defects.dies === true) {
    request.socket.destroy();
    return;
  }
  const refusal = generation ? core.defects.refusals?.shift() : undefined;
  const handler = table[path];
  const reply: Reply =
    refusal !== undefined
      ? {
          status: refusal.status,
          headers: refusal.headers ?? {},
          body: refusal.body ?? { error: { message: 'not now' } },
        }
      : handler === undefined
        ? { status: 404, body: { detail: 'Not Found' } }
        : await handler(seen);
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
  response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
}

function createCore(defects: ToyDefects, modelName: string): ToyCore {
  const seen: Seen[] = [];
  const running = { now: 0, most: 0 };
  const cache = new Map<string, Set<string>>();
  const flipRng = defects.flips === undefined ? null : createRng(defects.flips.seed);
  let before = 0;
  let runs = 0;
  return {
    defects,
    seen,
    running,
    modelName,
    tokenize: toyTokenize,
    flushCache: () => cache.clear(),
    generate: async (request) => {
      running.now++;
      running.most = Math.max(running.most, running.now);
      const atStart = running.now;
      try {
        await sleep(defects.delayMs ?? 1);
        const company = Math.max(atStart, running.now) > 1;
        const run = runs++;
        const ids = defects.truncateTo === undefined ? request.ids : request.ids.slice(-defects.truncateTo);
        const cached = cachedPrefix(cache, defects.saltIgnored === true ? '' : request.salt, ids);
        const noise =
          (running.now > 1 ? (defects.batchNoise ?? 0) : 0) +
          (cached > 0 ? (defects.cacheNoise ?? 0) : 0) +
          (defects.historyNoise ?? 0) * before +
          (defects.runNoise ?? 0) * run +
          (defects.otherModel === true && run % 2 === 1 ? 9 : 0);
        before = unit(ids);
        const flipped = flipRng !== null && flipRng.next() < (defects.flips?.rate ?? 0);
        const seedHolds = defects.seedIgnored !== true && !(defects.seedFailsInCompany === true && company);
        return produce({ ...request, ids, seed: seedHolds ? request.seed : run }, { cached, noise, flipped, defects });
      } finally {
        running.now--;
      }
    },
  };
}

const BLOCK = 16;

/** Whole blocks of the prompt that the salt's cache holds; the prompt's own are added. */
function cachedPrefix(cache: Map<string, Set<string>>, salt: string, ids: readonly number[]): number {
  const known = cache.get(salt) ?? new Set<string>();
  cache.set(salt, known);
  let cached = 0;
  let unbroken = true;
  for (let end = BLOCK; end < ids.length; end += BLOCK) {
    const key = ids.slice(0, end).join(',');
    unbroken &&= known.has(key);
    if (unbroken) cached = end;
    known.add(key);
  }
  return cached;
}

interface Served {
  readonly cached: number;
  readonly noise: number;
  readonly flipped: boolean;
  readonly defects: ToyDefects;
}

function produce(request: ToyRequest, { cached, noise, flipped, defects }: Served): ToyResult {
  const shift = (id: number): number => (noise === 0 ? 0 : noise * unit([id, 7]));
  const values = (context: readonly number[]): number[] => toyLogprobs(context, shift);
  const ids = [...request.ids];
  const tokens: ToyToken[] = [];
  const temperature = defects.temperatureIs ?? request.temperature;
  for (let step = 0; step < request.maxTokens; step++) {
    const logprobs = values(ids);
    const picked = toyPick(logprobs, { temperature, seed: request.seed, step });
    const id = flipped && step === 0 ? (picked === 65 ? 66 : 65) : picked;
    tokens.push(tokenOf(id, logprobs, request.alternatives, defects));
    ids.push(id);
  }
  const prompt = request.score
    ? request.ids
        .slice(1)
        .map((id, index) => tokenOf(id, values(request.ids.slice(0, index + 1)), request.alternatives, defects))
    : [];
  return {
    ids: request.ids,
    tokens,
    text: tokens.map(({ text }) => text).join(''),
    prompt: prompt.map((token) => ({
      ...token,
      logprob: defects.echo === 'constant' ? -1 : token.logprob - (defects.promptBias ?? 0),
    })),
    cached,
    finish: defects.wrongFinish === true ? 'stop' : 'length',
  };
}

function tokenOf(id: number, logprobs: readonly number[], alternatives: number, defects: ToyDefects): ToyToken {
  const written = (value: number): number => {
    const biased = value + (defects.sumBias ?? 0);
    return defects.decimals === undefined ? biased : Number(biased.toFixed(defects.decimals));
  };
  const order = (alternatives === 0 ? [] : logprobs)
    .map((logprob, other) => ({ id: other, logprob }))
    .sort((a, b) => b.logprob - a.logprob || a.id - b.id);
  return {
    id,
    text: toyText(id),
    logprob: defects.sentinel === true ? -9999 : written(logprobs[id] + (defects.alternativesBias ?? 0) * alternatives),
    top: order
      .slice(0, alternatives)
      .map((one) => ({ id: one.id, text: toyText(one.id), logprob: written(one.logprob) })),
  };
}
