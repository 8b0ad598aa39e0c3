import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, buildCheckpoint } from '../../../../engine/index.ts';
import { TargetError } from '../../../../harness/ports/index.ts';
import {
  levelObservation,
  targetDescription,
  type LevelJob,
  type PlannedRequest,
} from '../../../../harness/schema/index.ts';
import { createReferenceEngineTarget, type ReferenceEngineOptions } from '../../../../harness/targets/index.ts';

const VOCABULARY = 320;
const options: ReferenceEngineOptions = {
  id: 'reference-engine',
  checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'target-test' },
  precision: 'f32',
  lanes: 2,
  maxBatch: 4,
  chunkSize: 16,
  keyBlock: 64,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  partsModule: null,
};

const request = (id: string, text: string, change: Partial<PlannedRequest> = {}): PlannedRequest => ({
  id,
  caseId: id,
  role: 'probe',
  prompt: { kind: 'text', text },
  maxTokens: 3,
  temperature: 0,
  seed: 0,
  canary: null,
  scoreLastPositions: 5,
  forcedFromLevel: null,
  ...change,
});

const job = (waves: LevelJob['waves'], change: Partial<LevelJob> = {}): LevelJob => ({
  unitId: 'u-0000000000000000',
  levelId: 'none',
  precision: 'target-default',
  sessions: 'one',
  waves,
  ...change,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe('the reference-engine target', async () => {
  const target = await createReferenceEngineTarget(options);
  const run = (waves: LevelJob['waves'], forced: ReadonlyMap<string, readonly number[]> = new Map()) =>
    target.runLevel(job(waves), { lane: 0, forced });
  const prompt = 'Rule: write one line of JSON.\nRow:';
  let alone: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    alone = await run([[request('a', prompt)]]);
  });
  afterAll(() => target.close());

  it('describes itself with a fingerprint and observed entries', async () => {
    const description = targetDescription.parse(await target.describe());
    expect(description).toMatchObject({ kind: 'reference-engine', vocabSize: VOCABULARY });
    expect(description.card.every(({ source }) => source === 'observed')).toBe(true);
    expect(description.card.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['checkpoint', 'chunkSize', 'fault']),
    );
    const other = await createReferenceEngineTarget({ ...options, chunkSize: 8 });
    expect((await other.describe()).fingerprintSha256).not.toBe(description.fingerprintSha256);
  });

  it('gives the bits of the engine: each step, all prompt positions, the last ones kept', () => {
    const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'target-test' });
    const engine = createEngine(checkpoint, { precision: 'f32', keyBlock: 64 });
    const tokenIds = [...Buffer.from(prompt)];
    const { logits } = engine.score(tokenIds);
    const generation = engine.generate({ tokenIds, maxTokens: 3, keepLogits: true });
    const [observed] = levelObservation.parse(alone.record).requests;
    expect(observed.promptLogitsSha256).toBe(sha256(bytesOf(logits)));
    expect(observed.tokenIds).toEqual(generation.tokenIds);
    expect(observed.stepSha256).toEqual(
      [0, 1, 2].map((step) => sha256(bytesOf(generation.logits!.slice(step * VOCABULARY, (step + 1) * VOCABULARY)))),
    );
    expect(observed.generated).toMatchObject({ kind: 'blob', rows: 3, cols: VOCABULARY });
    expect(observed.prompt).toEqual({
      kind: 'blob',
      sha256: sha256(bytesOf(logits.slice(-5 * VOCABULARY))),
      rows: 5,
      cols: VOCABULARY,
    });
    expect(observed.promptNextTokenIds).toEqual([...tokenIds.slice(-4), -1]);
    expect(observed.promptSha256).toBe(sha256(new Uint8Array(Int32Array.from(tokenIds).buffer)));
    expect(observed).toMatchObject({ promptTokens: tokenIds.length, finishReason: 'length', row: 0, wave: 0 });
    for (const { sha256: digest, bytes } of alone.blobs) expect(sha256(bytes)).toBe(digest);
  });

  it('gives a request the same bits beside others, and more active rows', async () => {
    const { record } = await run([
      [
        request('m1', 'something else', { role: 'mate' }),
        request('a', prompt),
        request('m2', 'short', { role: 'mate' }),
      ],
    ]);
    const [first, probe] = record.requests;
    expect({ ...probe, row: 0 }).toEqual(alone.record.requests[0]);
    expect(probe.row).toBe(1);
    expect(record.counters['maxActiveRows']).toBe(3);
    expect(first).toMatchObject({ generated: { kind: 'not-measured' }, prompt: { kind: 'not-measured' } });
    expect(first.stepSha256).toHaveLength(3);
  });

  it('starts every level from a fresh session, and carries slots from wave to wave', async () => {
    const { record } = await run([[request('m', 'before', { role: 'mate' })], [request('a', prompt)]]);
    expect(record.counters['slotReuses']).toBe(1);
    expect(record.requests.map(({ wave }) => wave)).toEqual([0, 1]);
    const again = await run([[request('a', prompt)]]);
    expect(again.record).toEqual(alone.record);
    expect(again.record.counters['slotReuses']).toBe(0);
  });

  it('starts every wave fresh when the job says so, with counters over all waves', async () => {
    const { record } = await target.runLevel(
      job([[request('m', 'before', { role: 'mate' })], [request('a', prompt)]], { sessions: 'one-per-wave' }),
      { lane: 0, forced: new Map() },
    );
    expect(record.counters['slotReuses']).toBe(0);
    expect(record.counters['maxActiveRows']).toBe(1);
    expect(record.counters['steps']).toBeGreaterThan(alone.record.counters['steps']);
    expect(record.requests[1]).toEqual({ ...alone.record.requests[0], wave: 1 });
  });

  it('scores forced tokens: its own output gives its own logits again', async () => {
    const [before] = alone.record.requests;
    const { record } = await run([[request('a', prompt)]], new Map([['a', before.tokenIds]]));
    expect(record.requests[0].forced).toEqual(before.generated);
    expect(before.forced.kind).toBe('not-measured');
  });

  it('measures nothing where nothing was asked for', async () => {
    const { record } = await run([[request('a', prompt, { scoreLastPositions: 0 })]]);
    expect(record.requests[0]).toMatchObject({ prompt: { kind: 'not-measured' }, promptNextTokenIds: [] });
  });

  it('takes a prompt in tokens, and a precision of the job', async () => {
    const tokenIds = [...Buffer.from(prompt)];
    const same = await run([[request('a', '', { prompt: { kind: 'tokens', tokenIds } })]]);
    expect(same.record).toEqual(alone.record);
    const { record } = await target.runLevel(job([[request('a', prompt)]], { precision: 'w8a8' }), {
      lane: 0,
      forced: new Map(),
    });
    expect(record.counters['quantisedRecords']).toBeGreaterThan(0);
    expect(record.requests[0].stepSha256).not.toEqual(alone.record.requests[0].stepSha256);
  });

  it('refuses what the engine refuses, as a TargetError that names the request', async () => {
    const error = await run([[request('a', 'x'.repeat(10_000))]]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TargetError);
    expect((error as TargetError).code).toBe('TARGET_REFUSED');
    expect((error as TargetError).message).toMatch(/level none.*request a/);
    expect((await run([[request('a', prompt)]])).record).toEqual(alone.record);
  });
});

describe('the reference-engine target with a broken start', () => {
  it('says what is wrong with a checkpoint', async () => {
    const target = await createReferenceEngineTarget({
      ...options,
      checkpoint: { kind: 'directory', path: '/nowhere/at/all' },
    });
    await expect(target.describe()).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT' });
  });

  it('says what is wrong with a parts module', async () => {
    const partsModule = `data:text/javascript,${encodeURIComponent('export const name = 7;')}`;
    const target = await createReferenceEngineTarget({ ...options, partsModule });
    await expect(target.describe()).rejects.toThrow(/expected the exports name/);
  });
});
