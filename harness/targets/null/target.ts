/**
 * The null target: answers from hashes of the prompt, at once, without a model. A yardstick: what a run costs with it is what the
 * harness itself costs. With a latency, a flip rate or an error rate it is a server of known faults, for tests of the harness.
 *
 * It serves a wave at once (`maxActiveRows`), and has neither slots nor caches: a check that needs those stays inconclusive.
 * Temperature is ignored. Flips and errors are no part of the fingerprint, since a server does not tell of its own.
 * @module
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { TargetError } from '../../ports/index.ts';
import type {
  CardEntry,
  LevelJob,
  LevelResult,
  Logits,
  PlannedRequest,
  RequestObservation,
  Target,
  Tokenizer,
} from '../../schema/index.ts';
import { bestTwo, chance, contextState, logProb, textState, VOCAB_SIZE, writeLogits } from './hash-model.ts';
import type { NullTargetOptions } from './options.ts';

const NO_LOGITS = { kind: 'unsupported', why: 'this target was asked to give no logits' } as const;

export function createNullTarget(options: NullTargetOptions): Target {
  // Only levels that have failed are remembered, so that memory does not grow with a run.
  const failedAttempts = new Map<string, number>();
  return {
    id: options.id,
    lanes: options.lanes,
    tokenizer: byteTokenizer,
    describe: () => Promise.resolve(describe(options)),
    runLevel: async (job, { forced }) => {
      for (const _ of job.waves) if (options.latencyMs > 0) await pause(options.latencyMs);
      const place = `${options.noiseSeed}/${job.unitId}/${job.levelId}`;
      const attempt = failedAttempts.get(place) ?? 0;
      if (options.errorRate > 0 && chance(`${place}/error/${attempt}`) < options.errorRate) {
        failedAttempts.set(place, attempt + 1);
        throw connectionLost(options, job);
      }
      failedAttempts.delete(place);
      return answerLevel(options, job, forced, place);
    },
    close: () => Promise.resolve(),
  };
}

/** UTF-8, one token a byte. */
const byteTokenizer: Tokenizer = {
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokenIds) => new TextDecoder().decode(Uint8Array.from(tokenIds)),
};

function describe(options: NullTargetOptions): Awaited<ReturnType<Target['describe']>> {
  const identity = { model: options.modelSeed, logits: options.logits ? 'yes' : 'no', vocabSize: String(VOCAB_SIZE) };
  const faults = {
    latencyMs: options.latencyMs,
    flipRate: options.flipRate,
    errorRate: options.errorRate,
    noiseSeed: options.noiseSeed,
  };
  const card = Object.entries({ ...identity, ...faults }).map(([name, value]): CardEntry => ({
    name,
    value: String(value),
    source: 'declared',
  }));
  return {
    id: options.id,
    kind: 'null',
    fingerprintSha256: sha256Of(new TextEncoder().encode(JSON.stringify(['evenkeel/null', identity]))),
    vocabSize: VOCAB_SIZE,
    capabilities: { logits: options.logits, precisionModes: [], batching: true },
    card,
  };
}

function answerLevel(
  options: NullTargetOptions,
  job: LevelJob,
  forced: ReadonlyMap<string, readonly number[]>,
  place: string,
): LevelResult {
  const blobs = new Map<string, Uint8Array>();
  const requests: RequestObservation[] = [];
  for (const [wave, planned] of job.waves.entries())
    for (const [row, request] of planned.entries())
      requests.push({
        ...answer({ options, request, place, blobs, forced: forced.get(request.id) ?? [] }),
        wave,
        row,
      });
  return {
    record: {
      levelId: job.levelId,
      requests,
      counters: {
        steps: job.waves.length,
        maxActiveRows: job.waves.reduce((most, { length }) => Math.max(most, length), 0),
      },
    },
    blobs: [...blobs].map(([sha256, bytes]) => ({ sha256, bytes })),
  };
}

interface Question {
  readonly options: NullTargetOptions;
  readonly request: PlannedRequest;
  readonly place: string;
  readonly blobs: Map<string, Uint8Array>;
  readonly forced: readonly number[];
}

function answer(question: Question): Omit<RequestObservation, 'wave' | 'row'> {
  const { options, request, place, blobs } = question;
  const promptIds =
    request.prompt.kind === 'tokens' ? request.prompt.tokenIds : byteTokenizer.encode(request.prompt.text);
  const start = textState(options.modelSeed);
  const end = contextState(start, promptIds);
  const generated = rowsFor(request.maxTokens);
  const tokenIds: number[] = [];
  const logprobs: number[] = [];
  for (let state = end, step = 0; step < request.maxTokens; step++) {
    const row = rowOf(generated, step);
    writeLogits(state, row);
    const [best, second] = bestTwo(row);
    const flipped = options.flipRate > 0 && chance(`${place}/${request.id}/flip/${step}`) < options.flipRate;
    const token = flipped ? second : best;
    tokenIds.push(token);
    logprobs.push(logProb(row, token));
    state = contextState(state, [token]);
  }
  const scored = options.logits ? Math.min(request.scoreLastPositions, promptIds.length) : 0;
  const prompt = scoredRows(start, promptIds, scored);
  const forced = options.logits
    ? scoredRows(end, question.forced.slice(0, -1), question.forced.length, true)
    : rowsFor(0);
  const keep = (values: Float32Array, why: string): Logits => {
    if (!options.logits) return NO_LOGITS;
    if (request.role === 'mate') return { kind: 'not-measured', why: 'a mate is never compared' };
    if (values.length === 0) return { kind: 'not-measured', why };
    const bytes = bytesOf(values);
    const sha256 = sha256Of(bytes);
    blobs.set(sha256, bytes);
    return { kind: 'blob', sha256, rows: values.length / VOCAB_SIZE, cols: VOCAB_SIZE };
  };
  const promptLogits = keep(prompt, 'no prompt positions were asked for');
  return {
    requestId: request.id,
    caseId: request.caseId,
    role: request.role,
    promptTokens: promptIds.length,
    promptSha256: tokenDigest(promptIds),
    canary: request.canary,
    tokenIds,
    text: byteTokenizer.decode(tokenIds),
    finishReason: 'length',
    logprobs,
    stepSha256: options.logits
      ? Array.from({ length: request.maxTokens }, (_, step) => sha256Of(bytesOf(rowOf(generated, step))))
      : [],
    promptLogitsSha256: null,
    generated: keep(generated, 'nothing was produced'),
    prompt: promptLogits,
    promptNextTokenIds:
      promptLogits.kind === 'blob'
        ? Array.from({ length: scored }, (_, row) => promptIds[promptIds.length - scored + row + 1] ?? -1)
        : [],
    forced: keep(forced, 'no tokens were forced'),
  };
}

/** [count, vocab]: the logits after each of the last `count` prefixes of the tokens; with `fromStart` the empty prefix is one. */
function scoredRows(start: number, tokenIds: readonly number[], count: number, fromStart = false): Float32Array {
  const rows = rowsFor(count);
  const prefixes = tokenIds.length + (fromStart ? 1 : 0);
  let state = start;
  for (let prefix = 0; prefix < prefixes; prefix++) {
    if (prefix > 0 || !fromStart) state = contextState(state, [tokenIds[prefix - (fromStart ? 1 : 0)]]);
    const row = prefix - (prefixes - count);
    if (row >= 0) writeLogits(state, rowOf(rows, row));
  }
  return rows;
}

const rowsFor = (count: number): Float32Array => new Float32Array(count * VOCAB_SIZE);
const rowOf = (rows: Float32Array, row: number): Float32Array =>
  rows.subarray(row * VOCAB_SIZE, (row + 1) * VOCAB_SIZE);

/** SHA-256 over token ids, 4 bytes each, little-endian. */
function tokenDigest(tokenIds: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(tokenIds.length * 4));
  for (const [index, id] of tokenIds.entries()) view.setUint32(index * 4, id, true);
  return sha256Of(new Uint8Array(view.buffer));
}

/** Little-endian on every machine. */
function bytesOf(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return new Uint8Array(view.buffer);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function connectionLost({ id }: NullTargetOptions, job: LevelJob): TargetError {
  return new TargetError({
    code: 'TARGET_UNREACHABLE',
    at: `${id}, unit ${job.unitId}, level ${job.levelId}`,
    expected: 'an answer',
    got: 'a lost connection',
    hint: 'The configuration asks for it: target.errorRate.',
  });
}
