/**
 * Small valid records of a run, and a target that answers without a model: for the tests of store, run and cli.
 *
 * The fake target's logits are a function of the job and the request alone, so that two runs of one plan are equal bytes.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  SCHEMA_VERSION,
  type Level,
  type LevelJob,
  type LevelResult,
  type Manifest,
  type Observation,
  type Plan,
  type PlannedRequest,
  type Target,
  type Unit,
} from '../../harness/schema/index.ts';

const digestOfText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function createUnit(index: number, change: Partial<Unit> = {}): Unit {
  const level = (id: string, reference: string | null): Level => ({
    id,
    axis: 'repeat',
    label: id,
    reference,
    promise: 'bit-equal',
  });
  return {
    id: `u-${index.toString(16).padStart(16, '0')}`,
    perturbation: 'repeat',
    caseIds: [`case-${index}`],
    levels: [level('none', null), level('repeat-2', 'none')],
    seed: 'evenkeel/repeat',
    cost: { requests: 2, tokens: 20 },
    ...change,
  };
}

export function createPlan(units: number): Plan {
  return {
    schemaVersion: SCHEMA_VERSION,
    planSha256: digestOfText('plan'),
    units: Array.from({ length: units }, (_, index) => createUnit(index)),
  };
}

export function createManifest(plan: Plan, change: Partial<Manifest> = {}): Manifest {
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: 'run-1',
    createdAt: '2026-11-24T04:00:00.000Z',
    evenkeelVersion: '0.1.0',
    runtime: { node: 'v20.19.0', platform: 'linux', arch: 'x64' },
    configGit: null,
    configSha256: digestOfText('config'),
    casesSha256: digestOfText('cases'),
    planSha256: plan.planSha256,
    seed: 'evenkeel',
    config: { policy: {} },
    target: {
      id: 'fake',
      kind: 'fake',
      fingerprintSha256: digestOfText('target'),
      vocabSize: 4,
      capabilities: { logits: true, precisionModes: ['f32'], batching: true },
      card: [],
    },
    shard: null,
    merged: null,
    reproduce: 'evenkeel run',
    ...change,
  };
}

export function createObservation(unitId: string, change: Partial<Observation> = {}): Observation {
  return {
    schemaVersion: SCHEMA_VERSION,
    unitId,
    status: 'ok',
    why: null,
    lane: 0,
    endpoint: null,
    concurrency: { atStart: 1, max: 1 },
    startedAt: '2026-11-24T04:00:00.000Z',
    stoppedAt: '2026-11-24T04:00:00.000Z',
    attempts: [{ error: null, durationMs: 1, waitMs: 0 }],
    levels: [],
    ...change,
  };
}

/** One probe for each case of the unit; at any level but the control it forces the control's tokens when asked to. */
export function createJob(unit: Unit, level: Level, change: Partial<PlannedRequest> = {}): LevelJob {
  return {
    unitId: unit.id,
    levelId: level.id,
    precision: 'target-default',
    sessions: 'one',
    waves: [
      unit.caseIds.map((caseId) => ({
        id: caseId,
        caseId,
        role: 'probe',
        prompt: { kind: 'tokens', tokenIds: [1, 2, 3] },
        maxTokens: 2,
        temperature: 0,
        seed: 0,
        canary: null,
        scoreLastPositions: 0,
        forcedFromLevel: null,
        ...change,
      })),
    ],
  };
}

export type FakeCall = {
  readonly job: LevelJob;
  readonly lane: number;
  readonly forced: ReadonlyMap<string, readonly number[]>;
};

export interface FakeTarget extends Target {
  readonly calls: FakeCall[];
}

/** @param before - runs before each answer; throws or waits to make trouble */
export function createFakeTarget(
  options: { readonly lanes?: number; readonly before?: (call: FakeCall, count: number) => void | Promise<void> } = {},
): FakeTarget {
  const calls: FakeCall[] = [];
  return {
    calls,
    id: 'fake',
    lanes: options.lanes ?? 1,
    tokenizer: { encode: (text) => [...Buffer.from(text)], decode: (ids) => Buffer.from(ids).toString() },
    describe: () => Promise.reject(new Error('not a part of this test')),
    close: () => Promise.resolve(),
    runLevel: async (job, { lane, forced }) => {
      const call = { job, lane, forced };
      calls.push(call);
      await options.before?.(call, calls.length);
      return fakeResult(job);
    },
  };
}

export function fakeResult(job: LevelJob): LevelResult {
  const blobs: { sha256: string; bytes: Uint8Array }[] = [];
  const requests = job.waves.flatMap((wave, index) =>
    wave.map((request, row): LevelResult['record']['requests'][number] => {
      const bytes = new Uint8Array(Float32Array.from([1, 2, 3, request.id.length]).buffer);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      blobs.push({ sha256, bytes });
      return {
        requestId: request.id,
        caseId: request.caseId,
        role: request.role,
        wave: index,
        row,
        promptTokens: 3,
        promptSha256: digestOfText('prompt'),
        canary: null,
        tokenIds: [request.id.length, 7],
        text: 'ab',
        finishReason: 'length',
        logprobs: [-0.5, -0.25],
        stepSha256: [sha256, sha256],
        promptLogitsSha256: null,
        generated: { kind: 'blob', sha256, rows: 1, cols: 4 },
        prompt: { kind: 'not-measured', why: 'a test' },
        promptNextTokenIds: [],
        forced: { kind: 'not-measured', why: 'a test' },
      };
    }),
  );
  return { record: { levelId: job.levelId, requests, counters: { steps: 2 } }, blobs };
}
