/**
 * One level: a fresh context, its waves one after another, and what came out as a record with its blobs.
 *
 * Forced tokens are scored in a context of their own, one token a step, as they were produced: the same path, so that a level in which
 * nothing changed gives the same bits.
 * @module
 */
import { createRng, TargetError } from '../../ports/index.ts';
import type {
  LevelJob,
  LevelResult,
  Logits,
  PlannedRequest,
  RequestObservation,
  Tokenizer,
} from '../../schema/index.ts';
import { createBlobShelf, rowDigests, tokenDigest, type BlobShelf } from '../logit-bits.ts';
import { logProbability, sampleToken } from './sampler.ts';
import type { Row, RowResult, Session } from './session.ts';

export interface RunLevelInput {
  readonly job: LevelJob;
  readonly forced: ReadonlyMap<string, readonly number[]>;
  readonly tokenizer: Tokenizer;
  readonly vocabSize: number;
  readonly contextSize: number;
  /** Put before every prompt, where the model asks for it. */
  readonly bos: number | null;
  readonly openSession: () => Promise<Session>;
}

export async function runLevel(input: RunLevelInput): Promise<LevelResult> {
  const { job, openSession } = input;
  const waves = job.waves.map((wave) => wave.map((planned) => ({ planned, promptIds: checkedPrompt(planned, input) })));
  const counters: Record<string, number> = { contexts: 0 };
  const shelf = createBlobShelf();
  const requests: RequestObservation[] = [];
  let session: Session | null = null;
  try {
    for (const [wave, asked] of waves.entries()) {
      if (session !== null && job.sessions === 'one-per-wave') {
        await closeCounted(session, counters);
        session = null;
      }
      session ??= await openSession();
      const results = await session.run(asked.map(({ planned, promptIds }) => generatingRow(planned, promptIds)));
      const scored = await scoreForced(asked, input, counters);
      for (const [index, { planned, promptIds }] of asked.entries())
        requests.push(
          observe({ input, planned, promptIds, wave, shelf, result: results[index], forced: scored.get(planned.id) }),
        );
    }
    if (session !== null) await closeCounted(session, counters);
    session = null;
  } finally {
    // after an error of the above: the context must not outlive the level
    await session?.close();
  }
  return { record: { levelId: job.levelId, requests, counters }, blobs: shelf.blobs };
}

interface Asked {
  readonly planned: PlannedRequest;
  readonly promptIds: readonly number[];
}

/** [forced tokens, vocab] by request. */
async function scoreForced(
  asked: readonly Asked[],
  { forced, openSession }: RunLevelInput,
  counters: Record<string, number>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const rows = asked.flatMap(({ planned, promptIds }): Row[] => {
    const tokens = planned.role === 'probe' ? (forced.get(planned.id) ?? []) : [];
    if (tokens.length === 0) return [];
    const choose = (step: number): number => tokens[step];
    const outputs = outputsOf(planned, promptIds);
    return [{ id: planned.id, promptIds, steps: tokens.length, scored: 0, outputs, wantsLogits: true, choose }];
  });
  if (rows.length === 0) return new Map();
  const session = await openSession();
  let results: RowResult[];
  try {
    results = await session.run(rows);
  } finally {
    await session.close();
  }
  counters['forcedTokens'] = rows.reduce((sum, { steps }) => sum + steps, counters['forcedTokens'] ?? 0);
  return new Map(
    results.flatMap(({ generated }, index) => (generated === null ? [] : [[rows[index].id, generated] as const])),
  );
}

function generatingRow(planned: PlannedRequest, promptIds: readonly number[]): Row {
  const { id, role, maxTokens, temperature, seed } = planned;
  const probe = role === 'probe';
  const rng = createRng(`gguf/${seed}`);
  return {
    id,
    promptIds,
    // No end token stops it (ignore_eos): output lengths stay equal, so that length is never a hidden axis.
    steps: maxTokens,
    scored: outputsOf(planned, promptIds),
    outputs: outputsOf(planned, promptIds),
    wantsLogits: probe || temperature > 0,
    choose: (step, greedy, logits) =>
      temperature === 0 || logits === null ? greedy : sampleToken(logits, temperature, rng.fork(`step/${step}`).next()),
  };
}

function outputsOf({ role, scoreLastPositions }: PlannedRequest, promptIds: readonly number[]): number {
  return role === 'probe' ? Math.min(scoreLastPositions, promptIds.length) : 0;
}

/** All that could end or corrupt native code is refused here. */
function checkedPrompt(planned: PlannedRequest, input: RunLevelInput): readonly number[] {
  const { prompt, maxTokens } = planned;
  const { vocabSize, contextSize, bos } = input;
  const own = prompt.kind === 'tokens' ? prompt.tokenIds : input.tokenizer.encode(prompt.text);
  const promptIds = bos === null || own[0] === bos ? own : [bos, ...own];
  const forced = input.forced.get(planned.id) ?? [];
  const refuse = (expected: string, got: string, hint: string): TargetError =>
    new TargetError({ code: 'TARGET_REFUSED', at: `request ${planned.id}`, expected, got, hint });
  if (promptIds.length === 0) throw refuse('a prompt of at least one token', 'none', '');
  const wrong = [...promptIds, ...forced].find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (wrong !== undefined) throw refuse(`token ids below ${vocabSize}`, String(wrong), '');
  const length = promptIds.length + Math.max(maxTokens, forced.length);
  // llama.cpp's wrapper would drop the beginning of the prompt in silence
  if (length > contextSize)
    throw refuse(`at most ${contextSize} tokens with the answer`, String(length), 'Raise target.contextSize.');
  return promptIds;
}

async function closeCounted(session: Session, total: Record<string, number>): Promise<void> {
  total['contexts']++;
  for (const [name, value] of Object.entries(session.counters()))
    total[name] = name.startsWith('max') ? Math.max(total[name] ?? 0, value) : (total[name] ?? 0) + value;
  await session.close();
}

interface Observed extends Asked {
  readonly input: RunLevelInput;
  readonly wave: number;
  readonly shelf: BlobShelf;
  readonly result: RowResult;
  readonly forced: Float32Array | undefined;
}

function observe({ input, planned, promptIds, wave, shelf, result, forced }: Observed): RequestObservation {
  const { vocabSize, tokenizer } = input;
  const probe = planned.role === 'probe';
  const { generated, tokenIds } = result;
  const keep = (values: Float32Array | null | undefined, why: string): Logits => {
    if (!probe) return { kind: 'not-measured', why: 'a mate is never compared' };
    if (values === null || values === undefined || values.length === 0) return { kind: 'not-measured', why };
    return shelf.keep(values, vocabSize);
  };
  const prompt = keep(result.prompt, 'no prompt positions were asked for');
  const scored = prompt.kind === 'blob' ? prompt.rows : 0;
  return {
    requestId: planned.id,
    caseId: planned.caseId,
    role: planned.role,
    wave,
    row: result.row,
    promptTokens: promptIds.length,
    promptSha256: tokenDigest(promptIds),
    canary: planned.canary,
    tokenIds: [...tokenIds],
    text: tokenizer.decode(tokenIds),
    finishReason: 'length',
    logprobs:
      generated === null
        ? []
        : tokenIds.map((token, step) =>
            logProbability(generated.subarray(step * vocabSize, (step + 1) * vocabSize), token),
          ),
    stepSha256: generated === null ? [] : rowDigests(generated, vocabSize),
    // logits of every prompt position would be as many maps of the vocabulary: only the positions that are asked for are read
    promptLogitsSha256: null,
    generated: keep(generated, 'nothing was produced'),
    prompt,
    promptNextTokenIds: Array.from(
      { length: scored },
      (_, row) => promptIds[promptIds.length - scored + row + 1] ?? -1,
    ),
    forced: keep(forced, 'no tokens were forced'),
  };
}
