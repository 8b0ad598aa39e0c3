/**
 * Builds small runs for the tests of the suites: units, observations, and the logits behind them, written as plain numbers.
 *
 * Digests are real (SHA-256 over float32 little-endian), so that "equal digests" means "equal numbers" as in a real run.
 * @module
 */
import { createHash } from 'node:crypto';
import {
  SCHEMA_VERSION,
  type Exchange,
  type Level,
  type LevelObservation,
  type Logits,
  type LogitsBlob,
  type Observation,
  type Perturbation,
  type RequestObservation,
  type Rng,
  type SuiteInput,
  type Unit,
} from '../../harness/schema/index.ts';

/** [rows, vocab] */
export type Matrix = readonly (readonly number[])[];

export interface RequestSpec {
  readonly id?: string;
  readonly caseId?: string;
  readonly role?: 'probe' | 'mate';
  readonly tokenIds?: readonly number[];
  readonly text?: string;
  readonly canary?: string;
  /** The prompt's text: equal text, equal digest. */
  readonly promptText?: string;
  readonly generated?: Matrix;
  readonly prompt?: Matrix;
  readonly promptNextTokenIds?: readonly number[];
  readonly forced?: Matrix;
  readonly logprobs?: readonly (number | null)[];
  /** What a server told besides. */
  readonly scored?: Partial<Pick<Exchange, 'promptLogprobs' | 'forcedLogprobs'>>;
}

/** A place for logits that counts how often it is asked. */
export interface LogitsShelf {
  readonly request: (spec: RequestSpec) => RequestObservation;
  readonly loadLogits: (blob: LogitsBlob) => Float32Array;
  /** Digests in the order of loading. */
  readonly loaded: string[];
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function createShelf(): LogitsShelf {
  const blobs = new Map<string, Float32Array>();
  const loaded: string[] = [];
  const store = (rows: Matrix | undefined): Logits => {
    if (rows === undefined) return { kind: 'unsupported', why: 'the target gives no logits' };
    const values = Float32Array.from(rows.flat());
    const digest = sha256(bytesOf(values));
    blobs.set(digest, values);
    return { kind: 'blob', sha256: digest, rows: rows.length, cols: rows[0]?.length ?? 1 };
  };
  return {
    loaded,
    loadLogits: (blob) => {
      loaded.push(blob.sha256);
      const values = blobs.get(blob.sha256);
      if (values === undefined) throw new Error(`no blob ${blob.sha256}`);
      return values;
    },
    request: (spec) => {
      const tokenIds = [...(spec.tokenIds ?? [])];
      const prompt = store(spec.prompt);
      return {
        requestId: spec.id ?? 'r1',
        caseId: spec.caseId ?? 'case-1',
        role: spec.role ?? 'probe',
        wave: 0,
        row: 0,
        promptTokens: 3,
        promptSha256: sha256(spec.promptText ?? 'prompt'),
        canary: spec.canary ?? null,
        tokenIds,
        text: spec.text ?? tokenIds.join(' '),
        finishReason: 'length',
        logprobs: [...(spec.logprobs ?? [])],
        stepSha256: (spec.generated ?? []).map((row) => sha256(bytesOf(Float32Array.from(row)))),
        promptLogitsSha256: prompt.kind === 'blob' ? prompt.sha256 : null,
        generated: store(spec.generated),
        prompt,
        promptNextTokenIds: [...(spec.promptNextTokenIds ?? (spec.prompt ?? []).map(() => -1))],
        forced: spec.forced === undefined ? { kind: 'not-measured', why: 'no tokens were forced' } : store(spec.forced),
        ...(spec.scored === undefined ? {} : { exchange: { ...EXCHANGE, ...spec.scored } }),
      };
    },
  };
}

const EXCHANGE: Exchange = {
  route: 'completions',
  tokenSource: 'ids',
  tokenTexts: [],
  top: [],
  textCollisions: null,
  promptLogprobs: [],
  completionTokens: null,
  cachedTokens: null,
  finishReason: 'length',
  systemFingerprint: null,
  model: null,
  slot: null,
  truncated: null,
  startedMs: 0,
  finishedMs: 1,
  attempts: [{ status: 200, error: null, waitedMs: 0, durationMs: 1 }],
};

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** What one unit returned: requests by level id; `none` is the control. */
export interface UnitSpec {
  readonly levels: Readonly<Record<string, readonly RequestObservation[]>>;
  readonly counters?: Readonly<Record<string, number>>;
  readonly status?: Observation['status'];
}

export interface RunSpec {
  readonly units: readonly UnitSpec[];
  readonly promise?: Level['promise'];
  readonly axis?: string;
  readonly perturbation?: Perturbation<never>;
  readonly loadLogits?: SuiteInput['loadLogits'];
}

/** A run of one perturbation whose levels are all compared with `none`. */
export function createRun(spec: RunSpec): SuiteInput {
  const perturbation = spec.perturbation ?? createPerturbation(() => null);
  const units = spec.units.map((unit, i) => createUnit(unit, i, perturbation.id, spec));
  return {
    plan: { schemaVersion: SCHEMA_VERSION, planSha256: sha256('plan'), units },
    observations: spec.units.map((unit, i) => createObservation(unit, units[i])),
    perturbations: [perturbation],
    loadLogits:
      spec.loadLogits ??
      (() => {
        throw new Error('nothing may be loaded here');
      }),
    rng: createRng('test'),
  };
}

export function createPerturbation(evidenceProblem: Perturbation['evidenceProblem']): Perturbation<never> {
  const unused = (): never => {
    throw new Error('not a part of this test');
  };
  return {
    id: 'batch-size',
    title: 'Batch size',
    what: 'A stand-in for tests.',
    get options(): never {
      return unused();
    },
    cells: unused,
    job: unused,
    evidenceProblem,
  };
}

function createUnit(unit: UnitSpec, index: number, perturbation: string, run: RunSpec): Unit {
  const requests = Object.values(unit.levels).flat();
  return {
    id: `u-${index.toString(16).padStart(16, '0')}`,
    perturbation,
    caseIds: [...new Set(requests.map(({ caseId }) => caseId))],
    levels: Object.keys(unit.levels).map((id) => ({
      id,
      axis: id === 'none' ? 'control' : (run.axis ?? 'batch-size/ragged'),
      label: id === 'none' ? 'alone' : '4 requests, ragged lengths',
      reference: id === 'none' ? null : 'none',
      promise: run.promise ?? 'bit-equal',
    })),
    seed: 'seed',
    cost: { requests: requests.length, tokens: 0 },
  };
}

function createObservation(spec: UnitSpec, unit: Unit): Observation {
  const status = spec.status ?? 'ok';
  const levels: LevelObservation[] = Object.entries(spec.levels).map(([levelId, requests]) => ({
    levelId,
    requests: [...requests],
    counters: { ...spec.counters },
  }));
  return {
    schemaVersion: SCHEMA_VERSION,
    unitId: unit.id,
    status,
    why: status === 'ok' ? null : 'the endpoint was gone',
    lane: 0,
    endpoint: null,
    concurrency: { atStart: 1, max: 1 },
    startedAt: '2026-01-01T00:00:00Z',
    stoppedAt: '2026-01-01T00:00:00Z',
    attempts: [{ error: null, durationMs: 1, waitMs: 0 }],
    levels: status === 'ok' ? levels : [],
  };
}

/** A small generator for tests, with forks by label; the real one is seedrandom in harness/ports. */
function createRng(label: string): Rng {
  let state = Number.parseInt(sha256(label).slice(0, 8), 16);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    shuffle: (items) =>
      items
        .map((item) => ({ item, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item),
    fork: (child) => createRng(`${label}/${child}`),
  };
}
