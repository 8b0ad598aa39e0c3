import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../harness/ports/index.ts';
import { readPlanFile, writePlanFile } from '../../../harness/store/plan-file.ts';
import { createPlan, createUnit, temporaryFolder } from '../../support/run-records.ts';

const written = (units: number): { readonly path: string; readonly text: string } => {
  const path = join(temporaryFolder(), 'plan.json');
  writePlanFile(path, createPlan(units));
  return { path, text: readFileSync(path, 'utf8') };
};

describe('the plan file', () => {
  it.each([1, 2, 1234])('of %i units is JSON with a unit on each line, and is read back', (units) => {
    const { path, text } = written(units);
    expect(JSON.parse(text)).toEqual(createPlan(units));
    expect(text.match(/^ {4}\{"id":/gm)).toHaveLength(units);
    expect(readPlanFile(path)).toEqual(createPlan(units));
  });

  it('holds equal levels once', () => {
    const { units } = readPlanFile(written(3).path);
    expect(units[1].levels).toBe(units[0].levels);
    expect(units[2].levels).toBe(units[0].levels);
  });

  it('is read in any other spelling too', () => {
    const path = join(temporaryFolder(), 'plan.json');
    for (const space of [0, 2]) {
      writeFileSync(path, JSON.stringify(createPlan(5), null, space));
      expect(readPlanFile(path)).toEqual(createPlan(5));
    }
  });

  it.each<[string, (text: string) => string | Uint8Array, RegExp]>([
    ['cut', (text) => text.slice(0, -40), /expected JSON/],
    ['without its end', (text) => text.replace('  ]\n}\n', ''), /expected JSON/],
    ['with a wrong unit', (text) => text.replace('"seed":"evenkeel/repeat"', '"seed":7'), /units\.\[0\]\.seed/],
    ['without units', (text) => text.replace(/"units": \[[^]*\]/, '"units": []'), /plan\.json, units/],
    ['newer', (text) => text.replace('"schemaVersion": 2', '"schemaVersion": 99'), /schemaVersion/],
    ['not UTF-8', () => Uint8Array.of(0xff, 0x0a, 0xff), /expected JSON in UTF-8/],
  ])('that is %s is refused', (_, damage, words) => {
    const { path, text } = written(3);
    writeFileSync(path, damage(text));
    expect(() => readPlanFile(path)).toThrow(DataError);
    expect(() => readPlanFile(path)).toThrow(words);
  });

  it('that could not be read again is not written', () => {
    const path = join(temporaryFolder(), 'plan.json');
    const plan = { ...createPlan(2), units: [createUnit(0), createUnit(1, { seed: 7 as never })] };
    expect(() => writePlanFile(path, plan)).toThrow(/plan\.json, seed/);
    expect(() => readPlanFile(path)).toThrow(/got nothing there/);
  });
});
