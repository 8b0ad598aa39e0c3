import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecord, recordText, writeFileAtomic } from '../../../harness/store/json-file.ts';
import { createPlan, temporaryFolder } from '../../support/run-records.ts';

describe('an atomic write', () => {
  it('replaces the whole file and leaves nothing beside it', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'deep', 'file.json');
    writeFileAtomic(path, 'a longer text');
    writeFileAtomic(path, 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['file.json']);
  });

  it('that fails leaves the old file and no temporary one', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'old');
    expect(() => writeFileAtomic(path, 'new')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('old');
  });
});

describe('a record file', () => {
  it('has one spelling, and is read back', () => {
    const path = join(temporaryFolder(), 'plan.json');
    const text = recordText('plan', createPlan(2), 'plan.json');
    writeFileAtomic(path, text);
    expect(text.endsWith('}\n')).toBe(true);
    expect(recordText('plan', readRecord(path, 'plan'), 'plan.json')).toBe(text);
  });

  it('that could not be read again is not made', () => {
    expect(() => recordText('plan', { ...createPlan(1), units: [] }, 'plan.json')).toThrow(/plan\.json, units/);
  });

  it('that is damaged is refused with file, place, expected and got', () => {
    const path = join(temporaryFolder(), 'plan.json');
    const broken = createPlan(1);
    writeFileSync(path, JSON.stringify({ ...broken, units: [{ ...broken.units[0], seed: 7 }] }));
    expect(() => readRecord(path, 'plan')).toThrow(`${path}, units.[0].seed: expected string`);
    expect(() => readRecord(path, 'plan')).toThrow(/got 7\./);
    expect(() => readRecord(join(path, 'no'), 'plan')).toThrow(/got nothing there/);
  });
});
