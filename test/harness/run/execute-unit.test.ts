import { describe, expect, it } from 'vitest';
import { executeUnit, type ExecuteUnitInput } from '../../../harness/run/index.ts';
import type { LevelResult } from '../../../harness/schema/index.ts';
import { createFakeTarget, createJob, createUnit, fakeResult } from '../../support/run-records.ts';

function inputFor(change: Partial<ExecuteUnitInput> = {}): ExecuteUnitInput {
  return {
    target: createFakeTarget(),
    unit: createUnit(1, { caseIds: ['a', 'bcd'] }),
    lane: 0,
    jobFor: createJob,
    precisionModes: ['f32'],
    putBlob: () => undefined,
    signal: new AbortController().signal,
    ...change,
  };
}

/** A target whose answer is changed after the fact. */
function answering(change: (result: LevelResult) => LevelResult): Pick<ExecuteUnitInput, 'target'> {
  return { target: { runLevel: (job) => Promise.resolve(change(fakeResult(job))) } };
}

describe('executeUnit', () => {
  it('runs the levels in order and gives each its own record', async () => {
    const outcome = await executeUnit(inputFor());
    expect(outcome).toMatchObject({ kind: 'ok', levels: [{ levelId: 'none' }, { levelId: 'repeat-2' }] });
  });

  it('forces the tokens of the request of the same id at the level that is named', async () => {
    const target = createFakeTarget();
    await executeUnit(
      inputFor({
        target,
        jobFor: (unit, level) => createJob(unit, level, level.id === 'none' ? {} : { forcedFromLevel: 'none' }),
      }),
    );
    expect(target.calls[0].forced.size).toBe(0);
    expect([...target.calls[1].forced]).toEqual([
      ['a', [1, 7]],
      ['bcd', [3, 7]],
    ]);
  });

  it('cannot force the tokens of a level that has not run', async () => {
    const outcome = await executeUnit(
      inputFor({ jobFor: (unit, level) => createJob(unit, level, { forcedFromLevel: 'repeat-2' }) }),
    );
    expect(outcome).toMatchObject({ kind: 'error', transient: false });
  });

  it('stores the blobs of a level before the next level begins', async () => {
    const order: string[] = [];
    const target = createFakeTarget({ before: ({ job }) => void order.push(job.levelId) });
    await executeUnit(inputFor({ target, unit: createUnit(1), putBlob: () => void order.push('blob') }));
    expect(order).toEqual(['none', 'blob', 'repeat-2', 'blob']);
  });

  it('is unsupported when the target has not the precision', async () => {
    const outcome = await executeUnit(
      inputFor({ jobFor: (unit, level) => ({ ...createJob(unit, level), precision: 'bf16' }) }),
    );
    expect(outcome).toEqual({
      kind: 'unsupported',
      why: 'level none needs precision bf16; the target has f32',
    });
  });

  it('throws what the store throws', async () => {
    const full = new Error('ENOSPC');
    const putBlob = (): void => {
      throw full;
    };
    await expect(executeUnit(inputFor({ putBlob }))).rejects.toBe(full);
  });

  it.each<[string, (result: LevelResult) => LevelResult]>([
    [
      'a record that is none',
      ({ record, blobs }) => ({ blobs, record: { ...record, counters: { steps: Number.NaN } } }),
    ],
    ['a level too few', ({ record, blobs }) => ({ blobs, record: { ...record, levelId: 'other' } })],
    [
      'a request too few',
      ({ record, blobs }) => ({ blobs, record: { ...record, requests: record.requests.slice(1) } }),
    ],
    [
      'requests out of order',
      ({ record, blobs }) => ({ blobs, record: { ...record, requests: record.requests.toReversed() } }),
    ],
    ['a blob that it does not bring', ({ record }) => ({ blobs: [], record })],
  ])('refuses %s', async (_, change) => {
    const stored: string[] = [];
    const outcome = await executeUnit(
      inputFor({ ...answering(change), putBlob: (sha256) => void stored.push(sha256) }),
    );
    expect(outcome).toMatchObject({ kind: 'error', transient: false });
    expect(stored).toEqual([]);
  });

  it('is aborted at once, though the target never answers', async () => {
    const controller = new AbortController();
    const pending = executeUnit(
      inputFor({ target: { runLevel: () => new Promise(() => undefined) }, signal: controller.signal }),
    );
    controller.abort();
    expect(await pending).toEqual({ kind: 'aborted' });
  });
});
