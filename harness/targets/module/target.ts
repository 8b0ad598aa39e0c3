/**
 * A user's own module as a target (interface.ts). Its exports and every answer are looked at before they count.
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ConfigError, gotText, TargetError } from '../../ports/index.ts';
import type {
  LevelJob,
  LevelResult,
  PlannedRequest,
  RequestObservation,
  Target,
  Tokenizer,
} from '../../schema/index.ts';
import { codePointTokenizer } from '../endpoint/text-tokenizer.ts';
import { tokenDigest } from '../endpoint/observe.ts';
import { asCount, asList, asWire, tokenIdsOf } from '../http/index.ts';
import type { ModuleAnswer, ModuleRequest, TargetModule } from './interface.ts';

export interface ModuleTargetOptions {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

const FINISH_REASONS = ['stop', 'length', 'abort'] as const;

/** @throws ConfigError when the file cannot be loaded, or has not the exports of a target */
export async function createModuleTarget({ id, path }: ModuleTargetOptions): Promise<Target> {
  const module = await loadModule(path);
  const own = module.tokenizer;
  const tokenizer: Tokenizer =
    own === undefined
      ? codePointTokenizer
      : { encode: (text) => checkedIds(own.encode(text), id), decode: (tokenIds) => own.decode(tokenIds) };
  return {
    id,
    lanes: 1,
    tokenizer,
    describe: () =>
      Promise.resolve({
        id,
        kind: 'module',
        fingerprintSha256: createHash('sha256')
          .update(readFileSync(path))
          .update(JSON.stringify(module.settings ?? {}))
          .digest('hex'),
        vocabSize: null,
        capabilities: { logits: false, precisionModes: [], batching: false },
        card: [
          { name: 'module', value: module.name, source: 'declared' as const },
          ...Object.entries(module.settings ?? {}).map(([name, value]) => ({
            name,
            value: String(value),
            source: 'declared' as const,
          })),
        ],
      }),
    runLevel: (job) => runLevel(module, tokenizer, own !== undefined, job, id),
    close: async () => module.close?.(),
  };
}

async function loadModule(path: string): Promise<TargetModule> {
  const problem = (expected: string, got: string, cause?: unknown): ConfigError =>
    new ConfigError({
      code: 'CONFIG_TARGET_MODULE',
      at: path,
      expected,
      got,
      hint: 'What a target module exports: docs/targets.md.',
      ...(cause === undefined ? {} : { cause }),
    });
  let exports: Record<string, unknown>;
  try {
    // what the configuration chooses cannot be named here
    exports = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw problem('a module that loads', cause instanceof Error ? cause.message : String(cause), cause);
  }
  const { name, generate, startFresh, tokenizer, settings, close } = exports;
  if (typeof name !== 'string' || name === '') throw problem('an export name, text', gotText(name));
  if (typeof generate !== 'function') throw problem('an export generate, a function', gotText(generate));
  for (const [key, value] of Object.entries({ startFresh, close }))
    if (value !== undefined && typeof value !== 'function')
      throw problem(`${key} to be a function, or absent`, gotText(value));
  const { encode, decode } = asWire(tokenizer) ?? {};
  if (tokenizer !== undefined && (typeof encode !== 'function' || typeof decode !== 'function'))
    throw problem('tokenizer to have encode and decode', gotText(tokenizer));
  const scalars = Object.values(asWire(settings) ?? {}).every((value) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  if (settings !== undefined && (asWire(settings) === null || !scalars))
    throw problem('settings to be a mapping of texts, numbers and booleans', gotText(settings));
  return exports as unknown as TargetModule;
}

async function runLevel(
  module: TargetModule,
  tokenizer: Tokenizer,
  ownTokens: boolean,
  job: LevelJob,
  id: string,
): Promise<LevelResult> {
  const requests: RequestObservation[] = [];
  let fresh = 0;
  for (const [wave, planned] of job.waves.entries()) {
    if (module.startFresh !== undefined && (wave === 0 || job.sessions === 'one-per-wave')) {
      await module.startFresh();
      fresh++;
    }
    const at = `${id}, unit ${job.unitId}, level ${job.levelId}, wave ${wave}`;
    const asked = planned.map(({ prompt, maxTokens, temperature, seed }): ModuleRequest => ({
      prompt: prompt.kind === 'text' ? prompt.text : tokenizer.decode(prompt.tokenIds),
      promptTokenIds: ownTokens ? (prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text)) : null,
      maxTokens,
      temperature,
      seed,
    }));
    const answers = asList(await module.generate(asked));
    if (answers?.length !== planned.length)
      throw invalid(at, `a list of ${planned.length} answers`, gotText(answers ?? undefined));
    for (const [index, answer] of answers.entries())
      requests.push(observe(planned[index], wave, checkAnswer(answer, `${at}, answer ${index}`), tokenizer));
  }
  return {
    record: {
      levelId: job.levelId,
      requests,
      counters: { waves: job.waves.length, requests: requests.length, freshStarts: fresh },
    },
    blobs: [],
  };
}

function checkAnswer(value: unknown, at: string): ModuleAnswer {
  const answer = asWire(value);
  if (answer === null) throw invalid(at, 'an object', gotText(value));
  const { text, tokenIds, logprobs, finishReason, promptTokens } = answer;
  if (typeof text !== 'string') throw invalid(`${at}, text`, 'text', gotText(text));
  const ids = tokenIds === undefined ? undefined : checkedIds(tokenIds, `${at}, tokenIds`);
  const values = logprobs === undefined ? undefined : asList(logprobs);
  if (
    values !== undefined &&
    !values?.every((one) => one === null || (typeof one === 'number' && Number.isFinite(one)))
  )
    throw invalid(`${at}, logprobs`, 'a list of finite numbers and null', gotText(logprobs));
  if (values !== undefined && ids !== undefined && values?.length !== ids.length)
    throw invalid(`${at}, logprobs`, `one for each of ${ids.length} tokens`, String(values?.length));
  if (finishReason !== undefined && !FINISH_REASONS.some((reason) => reason === finishReason))
    throw invalid(`${at}, finishReason`, `one of ${FINISH_REASONS.join(', ')}`, gotText(finishReason));
  if (promptTokens !== undefined && asCount(promptTokens) === null)
    throw invalid(`${at}, promptTokens`, 'an integer >= 0', gotText(promptTokens));
  return answer as unknown as ModuleAnswer;
}

function checkedIds(value: unknown, at: string): number[] {
  const ids = tokenIdsOf(value);
  if (ids === null) throw invalid(at, 'a list of token ids', gotText(value));
  return ids;
}

function invalid(at: string, expected: string, got: string): TargetError {
  return new TargetError({
    code: 'TARGET_RECORD_INVALID',
    at,
    expected,
    got,
    hint: 'This is a defect of the target module.',
  });
}

function observe(
  planned: PlannedRequest,
  wave: number,
  answer: ModuleAnswer,
  tokenizer: Tokenizer,
): RequestObservation {
  const { prompt } = planned;
  const promptIds = prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text);
  const none = { kind: 'unsupported', why: 'a target module gives no logits' } as const;
  return {
    requestId: planned.id,
    caseId: planned.caseId,
    role: planned.role,
    wave,
    row: null,
    promptTokens: answer.promptTokens ?? null,
    promptSha256: tokenDigest(promptIds),
    canary: planned.canary,
    tokenIds: [...(answer.tokenIds ?? [])],
    text: answer.text,
    finishReason: answer.finishReason ?? 'unknown',
    logprobs: [...(answer.logprobs ?? [])],
    stepSha256: [],
    promptLogitsSha256: null,
    generated: none,
    prompt: none,
    promptNextTokenIds: [],
    forced: none,
  };
}
