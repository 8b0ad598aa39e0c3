/**
 * One level on one engine: a fresh session, its waves one after another, and what came out as a record with its blobs.
 *
 * Every probe and mate is hashed (each step and all prompt positions); logits themselves are kept for probes alone, since mates are
 * never compared.
 * @module
 */
import type { BatchRequest, BatchResult, Engine, Session } from '../../../engine/index.ts';
import type {
  LevelJob,
  LevelResult,
  Logits,
  PlannedRequest,
  RequestObservation,
  Tokenizer,
} from '../../schema/index.ts';
import { multiByteCharacters } from '../multi-byte.ts';
import { countPrompt, type PromptCount } from '../prompt-counts.ts';
import { createKeptStore } from './kept-store.ts';
import { createResidueWatch, type Owner, type ResidueWatch } from './residue-watch.ts';
import { createBlobShelf, createLogitHash, rowDigests, tokenDigest, type BlobShelf } from '../logit-bits.ts';

export interface RunLevelInput {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly job: LevelJob;
  readonly forced: ReadonlyMap<string, readonly number[]>;
  /** Called between waves, so that a thread that does other things too stays responsive. */
  readonly breathe: () => Promise<void>;
}

export async function runLevel(input: RunLevelInput): Promise<LevelResult> {
  const { engine, tokenizer, job } = input;
  const watch = job.knobs?.coldTier === 'files' ? createResidueWatch(engine, tokenizer) : null;
  const files = job.knobs?.coldTier === 'kept' ? createKeptStore() : watch;
  try {
    return await runWaves(input, () => engine.openSession(files === null ? {} : { cold: files.open() }), watch);
  } finally {
    files?.remove();
  }
}

async function runWaves(
  input: RunLevelInput,
  openSession: () => Session,
  watch: ResidueWatch | null,
): Promise<LevelResult> {
  const { engine, job } = input;
  let session = openSession();
  let owners: Owner[] = [];
  const closeSession = (): void => {
    watch?.before(session, owners);
    session.close();
    watch?.after();
    addCounters(counters, { ...session.counters });
    owners = [];
  };
  const counters: Record<string, number> = {
    cachedTokens: 0,
    forcedPositions: 0,
    sampledBelowTop: 0,
    pieces: 0,
    multiByteCharacters: 0,
    emptyCaches: 1,
  };
  const shelf = createBlobShelf();
  const requests: RequestObservation[] = [];
  for (const [wave, planned] of job.waves.entries()) {
    await input.breathe();
    if (wave > 0 && job.sessions === 'one-per-wave') {
      closeSession();
      session = openSession();
      counters['emptyCaches']++;
    }
    const sent = planned.map((request) => prepare(request, input));
    for (const [index, { role, canary }] of planned.entries())
      if (role === 'mate' && canary !== null) owners.push({ request: sent[index].request, canary });
    const results = session.run(sent.map(({ request }) => request));
    for (const [index, own] of results.entries()) {
      const reading = planned[index].evaluation === 'prefill';
      const result = reading ? asProduced(own, sent[index], engine.vocabSize) : own;
      requests.push(observe({ ...input, planned: planned[index], sent: sent[index], result, wave, shelf }));
      countPrompt(planned[index], sent[index].promptCount, (name, value) => {
        counters[name] = (counters[name] ?? 0) + value;
      });
      counters['cachedTokens'] += result.cachedTokens;
      counters['pieces'] += sent[index].pieces.length;
      counters['multiByteCharacters'] += multiByteCharacters(requests[requests.length - 1].text);
      counters['forcedPositions'] += sent[index].forcedIds.length;
      counters['sampledBelowTop'] += belowTop(result, engine.vocabSize);
    }
  }
  closeSession();
  addCounters(counters, { ...watch?.counters });
  return { record: { levelId: job.levelId, requests, counters }, blobs: shelf.blobs };
}

/** Sums counters of sessions; those named max... keep the largest. */
function addCounters(total: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(more))
    total[name] = name.startsWith('max') ? Math.max(total[name] ?? 0, value) : (total[name] ?? 0) + value;
}

/** Produced tokens that were not the most likely: the proof that sampling was left to chance. */
function belowTop({ tokenIds, logits }: BatchResult, vocabSize: number): number {
  if (logits === null) return 0;
  return tokenIds.filter((token, step) => {
    const row = logits.subarray(step * vocabSize, (step + 1) * vocabSize);
    return row.some((value) => value > row[token]);
  }).length;
}

interface SentRequest {
  readonly request: BatchRequest;
  /** What the engine computes. */
  readonly promptIds: readonly number[];
  readonly promptSha256: string;
  readonly promptCount: PromptCount;
  readonly forcedIds: readonly number[];
  /** Filled while the request runs; empty where the answer is taken whole. */
  readonly pieces: string[];
  /** Null: nobody looks at the prompt's logits, so that the prefix may come from the cache. */
  readonly promptHash: ReturnType<typeof createLogitHash> | null;
}

type SentPrompt = Pick<SentRequest, 'promptIds' | 'promptSha256' | 'promptCount'>;

/** The prompt as it is sent, and as the engine reads it. */
function promptOf(
  { prompt, promptForm, truncateTo }: PlannedRequest,
  { engine, tokenizer }: RunLevelInput,
): SentPrompt {
  const { promptIntake } = engine;
  const own = prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
  const read =
    (promptForm ?? prompt.kind) === 'tokens'
      ? own
      : promptIntake.encode(prompt.kind === 'text' ? prompt.text : tokenizer.decode(prompt.tokenIds));
  const promptIds =
    truncateTo === undefined || read.length <= truncateTo ? read : promptIntake.truncate(read, truncateTo);
  return { promptIds, promptSha256: tokenDigest(own), promptCount: { sent: own.length, counted: promptIds.length } };
}

function prepare(planned: PlannedRequest, input: RunLevelInput): SentRequest {
  const sent = promptOf(planned, input);
  const { promptIds } = sent;
  const forcedIds = input.forced.get(planned.id) ?? [];
  if (planned.evaluation === 'prefill') return prepareReading(planned, sent, forcedIds);
  const promptHash = planned.promptLogits === 'skipped' ? null : createLogitHash();
  const pieces: string[] = [];
  return {
    ...sent,
    forcedIds,
    pieces,
    promptHash,
    request: {
      id: planned.id,
      tokenIds: promptIds,
      maxTokens: planned.maxTokens,
      temperature: planned.temperature,
      seed: planned.seed,
      // No stop token (ignore_eos): output lengths stay equal, so that length is never a hidden axis.
      stopTokenIds: [],
      keepLogits: true,
      scoreLastPositions: planned.role === 'probe' ? planned.scoreLastPositions : 0,
      ...(planned.delivery === 'stream' ? { onText: (piece: string) => void pieces.push(piece) } : {}),
      ...(promptHash === null ? {} : { onPromptLogits: promptHash.add }),
      arrivalStep: planned.arrivalStep ?? 0,
      cacheSalt: planned.cacheSalt ?? '',
      adapter: planned.adapter ?? '',
      forcedTokenIds: forcedIds,
    },
  };
}

/** Prompt and output as one prompt: its last positions predict the output. */
function prepareReading(planned: PlannedRequest, sent: SentPrompt, forcedIds: readonly number[]): SentRequest {
  return {
    ...sent,
    forcedIds,
    pieces: [],
    promptHash: null,
    request: {
      id: planned.id,
      tokenIds: [...sent.promptIds, ...forcedIds],
      maxTokens: 0,
      promptLogprobs: 0,
      // the last one predicts what comes after the output
      scoreLastPositions: forcedIds.length + 1,
      cacheSalt: planned.cacheSalt ?? '',
      adapter: planned.adapter ?? '',
    },
  };
}

/** The forced tokens as if they had been produced, with the logits that predict them. */
function asProduced(result: BatchResult, { promptIds, forcedIds }: SentRequest, vocabSize: number): BatchResult {
  return {
    ...result,
    tokenIds: [...forcedIds],
    logits: result.promptLogits?.subarray(0, forcedIds.length * vocabSize) ?? null,
    // an entry for each token from the prompt's second on
    logprobs: (result.promptLogprobs ?? []).slice(promptIds.length - 1).map(({ logprob }) => logprob),
    promptLogits: null,
  };
}

interface Observed extends RunLevelInput {
  readonly planned: PlannedRequest;
  readonly sent: SentRequest;
  readonly result: BatchResult;
  readonly wave: number;
  readonly shelf: BlobShelf;
}

function observe({ engine, tokenizer, planned, sent, result, wave, shelf }: Observed): RequestObservation {
  const { vocabSize } = engine;
  const { promptIds, promptSha256 } = sent;
  const probe = planned.role === 'probe';
  const keep = (values: Float32Array | null, why: string): Logits => {
    if (!probe) return { kind: 'not-measured', why: 'a mate is never compared' };
    return values === null || values.length === 0 ? { kind: 'not-measured', why } : shelf.keep(values, vocabSize);
  };
  const prompt = keep(result.promptLogits, 'no prompt positions were asked for');
  const scoredRows = prompt.kind === 'blob' ? prompt.rows : 0;
  return {
    requestId: planned.id,
    caseId: planned.caseId,
    role: planned.role,
    wave,
    row: result.row,
    promptTokens: promptIds.length,
    promptSha256,
    canary: planned.canary,
    tokenIds: result.tokenIds,
    text: planned.delivery === 'stream' ? sent.pieces.join('') : tokenizer.decode(result.tokenIds),
    finishReason: result.finishReason,
    logprobs: result.logprobs,
    stepSha256: result.logits === null ? [] : rowDigests(result.logits, vocabSize),
    promptLogitsSha256: sent.promptHash?.hex() ?? null,
    generated: keep(result.logits, 'nothing was produced'),
    prompt,
    promptNextTokenIds: Array.from(
      { length: scoredRows },
      (_, row) => promptIds[promptIds.length - scoredRows + row + 1] ?? -1,
    ),
    forced: keep(result.forcedLogits, 'no tokens were forced'),
    cachedTokens: result.cachedTokens,
  };
}
