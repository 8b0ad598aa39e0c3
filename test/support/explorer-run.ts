/**
 * Runs for the tests of the report's explorer, of any size: equal and unequal outputs, errors, retries, a unit that the target cannot do and
 * one without a record. A function of the number of units.
 * @module
 */
import { createHash } from 'node:crypto';
import { createRng } from '../../harness/ports/index.ts';
import {
  SCHEMA_VERSION,
  type Exchange,
  type Level,
  type LevelObservation,
  type Observation,
  type RequestObservation,
  type Unit,
} from '../../harness/schema/index.ts';
import { packUnits, type UnitsInput } from '../../reports/index.ts';
import type { PackedUnits } from '../../reports/unit-index.ts';
import { HOSTILE } from './run-fixture.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const DIGESTS = Array.from({ length: 64 }, (_, i) => sha256(`step ${i}`));

/** By position in the plan: every 50th fails, every 97th ends with an error, every 31st is tried twice. */
const isFailing = (at: number): boolean => at % 50 === 7;
const isError = (at: number): boolean => at % 97 === 11;
const isRetried = (at: number): boolean => at % 31 === 5;

/** A unit whose output is one line of this. */
export const LONG_LINE_AT = 21;
const LONG_LINE = '=1+1;'.repeat(10_000);

interface Kind {
  readonly perturbation: string;
  readonly levels: readonly Pick<Level, 'id' | 'axis' | 'label' | 'promise'>[];
}

const KINDS: readonly Kind[] = [
  {
    perturbation: 'batch-size',
    levels: [
      { id: 'size-4-ragged', axis: 'batch-size/ragged', label: '4 requests, ragged lengths', promise: 'bit-equal' },
      { id: 'size-8-ragged', axis: 'batch-size/ragged', label: '8 requests, ragged lengths', promise: 'bit-equal' },
    ],
  },
  {
    perturbation: 'precision',
    levels: [
      { id: 'bf16', axis: 'precision', label: 'bfloat16', promise: 'drift' },
      { id: 'w8a8', axis: 'precision', label: 'FP8/FP4 weights and activations', promise: 'drift' },
    ],
  },
  {
    perturbation: 'batch-content',
    levels: [
      { id: 'swap-first', axis: 'batch-content', label: '2 of 4 requests replaced', promise: 'content-independent' },
    ],
  },
];

export function explorerUnits(count: number): Unit[] {
  return Array.from({ length: count }, (_, at): Unit => {
    const { perturbation, levels } = KINDS[at % KINDS.length];
    const control = { id: 'none', axis: perturbation, label: 'alone', promise: 'bit-equal' as const, reference: null };
    return {
      id: unitId(at),
      perturbation,
      caseIds: [at % 5 === 0 ? 'math' : `case-${at % 40}`],
      levels: [control, ...levels.map((level) => ({ ...level, reference: 'none' }))],
      seed: 'seed',
      cost: { requests: 1, tokens: 10 },
    };
  });
}

export const unitId = (at: number): string => `u-${sha256(`unit ${at}`).slice(0, 16)}`;

/** The record of a unit; null for the last one of the plan. */
function explorerRecord(units: readonly Unit[], at: number): Observation | null {
  if (at === units.length - 1) return null;
  const unit = units[at];
  const status = isError(at) ? 'error' : at === units.length - 2 ? 'unsupported' : 'ok';
  const levels = unit.levels.map(({ id, promise }): LevelObservation => {
    const moves = id !== 'none' && (promise === 'drift' || isFailing(at));
    return { levelId: id, counters: { steps: 12, ties: 0 }, requests: [request(unit, at, moves)] };
  });
  const startMs = Date.UTC(2026, 0, 2, 3, 4, 5) + Math.floor(at / 2) * 40;
  const last = {
    error: status === 'error' ? 'the endpoint was gone' : null,
    durationMs: 30 + (at % 13) * 7,
    waitMs: 0,
  };
  const first = { error: `HTTP 429 ${HOSTILE}`, durationMs: 12, waitMs: 9 };
  return {
    schemaVersion: SCHEMA_VERSION,
    unitId: unit.id,
    status,
    why: status === 'ok' ? null : status === 'error' ? 'the endpoint was gone' : 'no batches here',
    lane: at % 2,
    endpoint: null,
    concurrency: { atStart: 1, max: 2 },
    startedAt: new Date(startMs).toISOString(),
    stoppedAt: new Date(startMs + 150).toISOString(),
    attempts: isRetried(at) ? [first, last] : [last],
    levels: status === 'ok' ? levels : [],
  };
}

function request(unit: Unit, at: number, moves: boolean): RequestObservation {
  const tokenIds = [10, 20 + (at % 7), moves ? 99 : 30, 40];
  const digests = tokenIds.map((_, step) => (moves && step >= 1 ? DIGESTS[32 + step] : DIGESTS[step]));
  return {
    requestId: unit.caseIds[0],
    caseId: unit.caseIds[0],
    role: 'probe',
    wave: 0,
    row: 0,
    promptTokens: 12,
    promptSha256: DIGESTS[0],
    canary: null,
    tokenIds,
    text: moves ? `answer ${at} moved ${HOSTILE}` : `answer ${at} stays${at === LONG_LINE_AT ? LONG_LINE : ''}`,
    finishReason: 'length',
    logprobs: [-0.5, -0.25, moves ? -3 : -2, null],
    stepSha256: digests,
    promptLogitsSha256: DIGESTS[1],
    generated: { kind: 'not-measured', why: 'a fixture' },
    prompt: { kind: 'not-measured', why: 'a fixture' },
    promptNextTokenIds: [],
    forced: { kind: 'not-measured', why: 'a fixture' },
    ...(at % 4 === 0 ? { exchange: exchange(tokenIds) } : {}),
  };
}

const exchange = (tokenIds: readonly number[]): Exchange => ({
  route: 'completions',
  tokenSource: 'ids',
  tokenTexts: tokenIds.map((id) => ` w${id}`),
  top: tokenIds.map((id) => [
    { tokenId: id, text: ` w${id}`, logprob: -0.5 },
    { tokenId: 7, text: HOSTILE, logprob: -1.5 },
  ]),
  textCollisions: null,
  promptLogprobs: [],
  completionTokens: tokenIds.length,
  cachedTokens: 3,
  finishReason: 'length',
  systemFingerprint: 'fp-1',
  model: 'toy',
  slot: null,
  truncated: null,
  startedMs: 0,
  finishedMs: 20,
  attempts: [
    { status: 429, error: 'slow down', waitedMs: 0, durationMs: 3 },
    { status: 200, error: null, waitedMs: 5, durationMs: 9 },
  ],
});

/** Packed for a page. */
export function packExplorerRun(count: number, options: Partial<UnitsInput> = {}): PackedUnits {
  const units = explorerUnits(count);
  const places = new Map(units.map(({ id }, at) => [id, at]));
  return packUnits({
    plan: { units },
    read: (id) => explorerRecord(units, places.get(id) ?? -1),
    loadLogits: () => {
      throw new Error('the fixture has no logits');
    },
    rng: createRng('seed'),
    bytesMax: 10_000_000,
    bytesOfPage: 400_000,
    writeBeside: (fileName) => {
      throw new Error(`${fileName} is not expected: everything fits`);
    },
    ...options,
  });
}
