import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { planSha256 } from '../../../../harness/plan/index.ts';
import {
  caseFile,
  recordSchemas,
  SCHEMA_VERSION,
  upgradeRecord,
  type RecordKind,
} from '../../../../harness/schema/index.ts';
import { openRunFolder } from '../../../../harness/store/index.ts';
import { createIo, evenkeel } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

const folder = fileURLToPath(new URL('../../../golden/records-v1/', import.meta.url));
const textOf = (name: string): string => readFileSync(join(folder, 'run', name), 'utf8');

/** Every record of the old run folder. */
const old: readonly (readonly [kind: RecordKind, text: string])[] = [
  ['manifest', textOf('manifest.json')],
  ['plan', textOf('plan.json')],
  ['findings', textOf('findings.json')],
  ['verdict', textOf('verdict.json')],
  ...textOf('units.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => ['observation', line] as const),
];

function copiedRun(): string {
  const copy = join(temporaryFolder(), 'run');
  cpSync(join(folder, 'run'), copy, { recursive: true });
  return copy;
}

describe('a record of version 1', () => {
  it('is in the fixture once for each kind that there was', () => {
    expect(new Set(old.map(([kind]) => kind))).toEqual(
      new Set(['manifest', 'plan', 'observation', 'findings', 'verdict']),
    );
    for (const [, text] of old) expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1 });
  });

  it.each(old)('of kind %s is valid after its upgrade', (kind, text) => {
    const upgraded = upgradeRecord(kind, JSON.parse(text));
    if (upgraded.kind !== 'upgraded') throw new Error(`not upgraded: ${upgraded.kind}`);
    const parsed = recordSchemas[kind].safeParse(upgraded.value);
    expect(parsed.error?.issues).toBeUndefined();
    expect(parsed.data?.schemaVersion).toBe(SCHEMA_VERSION);
  });

  it.each(old)('of kind %s is not valid without one', (kind, text) => {
    expect(recordSchemas[kind].safeParse(JSON.parse(text)).success).toBe(false);
  });

  it.each(old)('of kind %s is not changed by being upgraded', (kind, text) => {
    const value = JSON.parse(text) as unknown;
    upgradeRecord(kind, value);
    expect(value).toEqual(JSON.parse(text));
  });

  it.each(['config', 7, null, [], 'text'])('that is damaged (%j inside) goes to the schema, not to a crash', (junk) => {
    for (const [kind, text] of old)
      for (const key of Object.keys(JSON.parse(text) as object).filter((name) => name !== 'schemaVersion')) {
        const upgraded = upgradeRecord(kind, { ...(JSON.parse(text) as object), [key]: junk });
        expect(upgraded.kind).toBe('upgraded');
      }
  });
});

describe('the version of a record', () => {
  it.each([
    [SCHEMA_VERSION + 1, 'newer'],
    [1e9, 'newer'],
    [0, 'unknown'],
    [-1, 'unknown'],
    [1.5, 'unknown'],
    ['1', 'unknown'],
    [null, 'unknown'],
  ])('%j is %s', (version, kind) => {
    expect(upgradeRecord('plan', { schemaVersion: version })).toEqual({ kind, version });
  });

  it.each([[null], [7], [[]], [{}]])('is left to the schema where there is none: %j', (value) => {
    expect(upgradeRecord('plan', value)).toEqual({ kind: 'upgraded', value });
  });

  it('of today is given back as it is', () => {
    const value = { schemaVersion: SCHEMA_VERSION, units: [] };
    expect(upgradeRecord('plan', value)).toEqual({ kind: 'upgraded', value });
  });
});

describe('a run folder of version 1', () => {
  it('opens, and its plan has the digest that its units give', async () => {
    const run = openRunFolder(join(folder, 'run'));
    expect(planSha256(run.plan.units)).toBe(run.manifest.planSha256);
    expect((await run.indexUnits()).units).toHaveLength(run.plan.units.length);
  });

  it('is judged as it was, without a warning, and nothing in it is rewritten', async () => {
    const copy = copiedRun();
    const before = textOf('verdict.json');
    const io = createIo({ cwd: temporaryFolder() });
    const { code, out, err } = await evenkeel(['gate', copy, '--json'], io);
    const { outcome, exitCode } = JSON.parse(before) as { outcome: string; exitCode: number };
    expect(code).toBe(exitCode);
    expect(JSON.parse(out)).toMatchObject({ outcome, exitCode, schemaVersion: SCHEMA_VERSION });
    expect(err).not.toContain('is not what its units give');
    expect(readFileSync(join(copy, 'verdict.json'), 'utf8')).toBe(before);
  });

  it('is reported, with findings and verdict of today, and its units as they were', async () => {
    const copy = copiedRun();
    const io = createIo({ cwd: temporaryFolder() });
    const { code } = await evenkeel(['report', copy, '--output', 'json'], io);
    expect(code).toBe(0);
    for (const name of ['findings.json', 'verdict.json'])
      expect(JSON.parse(readFileSync(join(copy, name), 'utf8'))).toMatchObject({ schemaVersion: SCHEMA_VERSION });
    for (const name of ['manifest.json', 'plan.json', 'units.jsonl'])
      expect(readFileSync(join(copy, name), 'utf8')).toBe(textOf(name));
  });

  it.each(['manifest.json', 'plan.json'])('with a newer %s is refused, with the way out', (name) => {
    const copy = copiedRun();
    const path = join(copy, name);
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(textOf(name)) as object), schemaVersion: SCHEMA_VERSION + 1 }));
    expect(() => openRunFolder(copy)).toThrow(
      `${path}, schemaVersion: expected a version from 1 to ${SCHEMA_VERSION}, got ${SCHEMA_VERSION + 1}. A newer evenkeel wrote it`,
    );
  });
});

describe('a case file', () => {
  it.each([1, SCHEMA_VERSION])('of version %i is accepted as it is', (schemaVersion) => {
    const file = { schemaVersion, cases: [{ id: 'one', tags: [], parts: [{ label: 'query', text: 'Go' }] }] };
    expect(caseFile.parse(file)).toEqual(file);
  });
});
