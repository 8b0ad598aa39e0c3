import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../../../harness/ports/index.ts';
import type { Observation, RequestObservation } from '../../../harness/schema/index.ts';
import { createRun, listRuns, openRun, openRunFolder, type RunFolder } from '../../../harness/store/index.ts';
import {
  createJob,
  createManifest,
  createObservation,
  createPlan,
  fakeResult,
  temporaryFolder,
} from '../../support/run-records.ts';

const plan = createPlan(3);
const ids = plan.units.map(({ id }) => id);

const newRun = (runs: string, runId = 'run-1', createdAt = '2026-11-24T04:00:00.000Z'): RunFolder =>
  createRun(runs, { plan, manifest: createManifest(plan, { runId, createdAt }) });

describe('a run folder', () => {
  it('is made with manifest and plan, and is the latest', () => {
    const runs = join(temporaryFolder(), 'a', 'runs');
    newRun(runs, 'run-1');
    newRun(runs, 'run-2');
    expect(openRun(runs, null).id).toBe('run-2');
    expect(openRun(runs, 'run-1').plan).toEqual(plan);
    expect(openRunFolder(join(runs, 'run-1')).manifest.runId).toBe('run-1');
    expect(readdirSync(join(runs, 'run-1')).sort()).toEqual(['manifest.json', 'plan.json']);
  });

  it('is never made twice', () => {
    const runs = temporaryFolder();
    newRun(runs);
    const before = readFileSync(join(runs, 'run-1', 'manifest.json'), 'utf8');
    expect(() => newRun(runs, 'run-1', '2027-01-01T00:00:00.000Z')).toThrow(ConfigError);
    expect(readFileSync(join(runs, 'run-1', 'manifest.json'), 'utf8')).toBe(before);
  });

  it.each(['../evil', '/etc', 'a/b', 'latest', '', '.', 'UPPER', 'a b'])('has no id like %j', (id) => {
    const runs = temporaryFolder();
    expect(() => newRun(runs, id)).toThrow(ConfigError);
    expect(() => openRun(runs, id)).toThrow(ConfigError);
    expect(readdirSync(runs)).toEqual([]);
  });

  it('that is not there is a DataError, also behind a pointer', () => {
    const runs = temporaryFolder();
    expect(() => openRun(runs, null)).toThrow(/expected at least one run/);
    expect(() => openRun(runs, 'run-9')).toThrow(DataError);
    writeFileSync(join(runs, 'latest'), '../../etc\n');
    expect(() => openRun(runs, null)).toThrow(ConfigError);
  });

  it('with a plan of another run is refused', () => {
    const runs = temporaryFolder();
    const run = newRun(runs);
    const path = join(run.directory, 'plan.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(plan.planSha256, 'f'.repeat(64)));
    expect(() => openRun(runs, 'run-1')).toThrow(/not of one run/);
  });

  it('has one writer at a time', () => {
    const run = newRun(temporaryFolder());
    const writer = run.openWriter();
    expect(() => run.openWriter()).toThrow(/DATA_RUN_LOCKED|nobody else/);
    writer.close();
    run.openWriter().close();
  });

  it('takes a folder in which a process was killed before the run began, and none with anything else in it', () => {
    const runs = temporaryFolder();
    mkdirSync(join(runs, 'run-1'));
    writeFileSync(join(runs, 'run-1/plan.json'), '{"half');
    writeFileSync(join(runs, 'run-1/.tmp-left'), '{');
    writeFileSync(join(runs, 'run-1/run.lock'), '');
    expect(newRun(runs).plan).toEqual(plan);
    mkdirSync(join(runs, 'run-2'));
    writeFileSync(join(runs, 'run-2/notes.txt'), 'mine');
    expect(() => newRun(runs, 'run-2')).toThrow(ConfigError);
    expect(readdirSync(join(runs, 'run-2'))).toEqual(['notes.txt']);
  });

  it('removes what a writer that was killed has left among the blobs', () => {
    const run = newRun(temporaryFolder());
    mkdirSync(join(run.directory, 'blobs/ab'), { recursive: true });
    writeFileSync(join(run.directory, 'blobs/ab/.tmp-left'), 'x');
    run.openWriter().close();
    expect(readdirSync(join(run.directory, 'blobs/ab'))).toEqual([]);
  });

  it('counts the last ok line of a unit, else the last line, in plan order', async () => {
    const run = newRun(temporaryFolder());
    const writer = run.openWriter();
    const failed = createObservation(ids[0], { status: 'error', why: 'no answer' });
    writer.append(createObservation(ids[2], { lane: 1 }));
    writer.append(failed);
    writer.append(createObservation(ids[0]));
    writer.append({ ...failed, why: 'later' });
    writer.append(createObservation(ids[2], { lane: 3 }));
    writer.append({ ...failed, unitId: ids[1] });
    writer.append({ ...failed, unitId: ids[1], why: 'again' });
    writer.close();
    const { units, observations, unequal, repeatedUnits, lines } = await run.indexUnits();
    expect(units.map(({ unitId, status, lane, why }) => [unitId, status, lane, why])).toEqual([
      [ids[0], 'ok', 0, null],
      [ids[1], 'error', 0, 'again'],
      [ids[2], 'ok', 3, null],
    ]);
    for (let pass = 0; pass < 2; pass++)
      expect([...observations].map(({ unitId, lane }) => [unitId, lane])).toEqual([
        [ids[0], 0],
        [ids[2], 3],
      ]);
    expect(unequal).toEqual([]);
    expect(repeatedUnits).toBe(1);
    expect(lines).toBe(7);
  });

  it('tells units whose two executions differ', async () => {
    const run = newRun(temporaryFolder());
    const writer = run.openWriter();
    const results = (change: Partial<RequestObservation> = {}, steps = 1) => {
      const { record } = fakeResult(createJob(plan.units[0], plan.units[0].levels[0]));
      return [{ ...record, requests: record.requests.map((one) => ({ ...one, ...change })), counters: { steps } }];
    };
    const twice = (unitId: string, levels: Observation['levels']): void => {
      writer.append(createObservation(unitId, { levels: results(), lane: 0 }));
      writer.append(createObservation(unitId, { levels, lane: 1 }));
    };
    // The path may be another, for example through a cache: what it gave is what counts.
    twice(ids[0], results({}, 7));
    twice(ids[2], results({ stepSha256: ['f'.repeat(64), 'f'.repeat(64)] }));
    twice(ids[1], results({ tokenIds: [1, 2], text: 'ba' }));
    writer.close();
    const { unequal, repeatedUnits, observations } = await run.indexUnits();
    expect(repeatedUnits).toBe(3);
    expect(unequal).toEqual([
      { unitId: ids[1], levelId: 'none', requestId: 'case-0', what: 'tokens' },
      { unitId: ids[2], levelId: 'none', requestId: 'case-0', what: 'bits' },
    ]);
    expect([...observations].map(({ lane }) => lane)).toEqual([1, 1, 1]);
  });

  it('tells executions that do not hold the same requests', async () => {
    const run = newRun(temporaryFolder());
    const writer = run.openWriter();
    writer.append(createObservation(ids[0], { levels: [] }));
    writer.append(createObservation(ids[0], { levels: [{ levelId: 'none', requests: [], counters: {} }] }));
    writer.close();
    expect((await run.indexUnits()).unequal).toEqual([
      { unitId: ids[0], levelId: null, requestId: null, what: 'records' },
    ]);
  });

  it('says how much of a torn line was dropped, and refuses a unit of another plan', async () => {
    const run = newRun(temporaryFolder());
    const writer = run.openWriter();
    writer.append(createObservation(ids[0]));
    writer.close();
    const path = join(run.directory, 'units.jsonl');
    appendFileSync(path, '{"schema');
    expect((await run.indexUnits()).tornBytes).toBe(8);
    writeFileSync(path, `${JSON.stringify(createObservation('u-ffffffffffffffff'))}\n`);
    await expect(run.indexUnits()).rejects.toThrow(/line 1: expected a unit of plan\.json/);
  });

  it('keeps report files to plain names', () => {
    const run = newRun(temporaryFolder());
    run.writeReport('report.html', '<p>');
    expect(run.readText('report.html')).toBe('<p>');
    expect(run.readText('verdict.json')).toBeNull();
    expect(() => run.writeReport('../report.html', '')).toThrow(RangeError);
  });

  it('is listed with the others by age, a damaged one with its problem', () => {
    const runs = temporaryFolder();
    newRun(runs, 'b', '2026-01-01T00:00:00.000Z');
    newRun(runs, 'a', '2026-02-01T00:00:00.000Z');
    mkdirSync(join(runs, 'half'));
    expect(listRuns(runs).map(({ id, problem }) => [id, problem === null])).toEqual([
      ['half', false],
      ['b', true],
      ['a', true],
    ]);
    expect(listRuns(join(runs, 'none'))).toEqual([]);
  });
});
