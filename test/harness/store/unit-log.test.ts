import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../harness/ports/index.ts';
import { SCHEMA_VERSION } from '../../../harness/schema/index.ts';
import { openUnitLog, readUnitLog, type LoggedUnit } from '../../../harness/store/unit-log.ts';
import { createObservation, createUnit, temporaryFolder } from '../../support/run-records.ts';

const ids = [0, 1, 2].map((index) => createUnit(index).id);

async function readAll(path: string): Promise<{ units: LoggedUnit[]; tornBytes: number }> {
  const units: LoggedUnit[] = [];
  const log = readUnitLog(path);
  for (;;) {
    const next = await log.next();
    if (next.done === true) return { units, ...next.value };
    units.push(next.value);
  }
}

function logOf(...unitIds: string[]): string {
  const path = join(temporaryFolder(), 'units.jsonl');
  const log = openUnitLog(path);
  for (const id of unitIds) log.append(createObservation(id));
  log.close();
  return path;
}

describe('the unit log', () => {
  it('gives back what was appended, with line numbers from 1', async () => {
    const { units, tornBytes } = await readAll(logOf(...ids));
    expect(units.map(({ line, record }) => [line, record.unitId])).toEqual([
      [1, ids[0]],
      [2, ids[1]],
      [3, ids[2]],
    ]);
    expect(tornBytes).toBe(0);
  });

  it('of a run that has not begun is empty', async () => {
    expect(await readAll(join(temporaryFolder(), 'units.jsonl'))).toEqual({ units: [], tornBytes: 0 });
  });

  it('keeps text of any kind: line ends, line separators, and bytes of several units in one character', async () => {
    const path = join(temporaryFolder(), 'units.jsonl');
    const why = 'a\nb\u2028c\u0000 \ud83d\ude00'.repeat(40_000); // longer than one block of the stream
    const log = openUnitLog(path);
    log.append(createObservation(ids[0], { status: 'error', why }));
    log.append(createObservation(ids[1]));
    log.close();
    const { units } = await readAll(path);
    expect(units[0].record.why).toBe(why);
    expect(units).toHaveLength(2);
  });

  it('drops a torn last line at every length, and says how many bytes', async () => {
    const path = logOf(ids[0], ids[1]);
    const whole = readFileSync(path);
    const first = whole.indexOf(0x0a) + 1;
    for (const length of [first + 1, first + 17, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      const { units, tornBytes } = await readAll(path);
      expect(units.map(({ record }) => record.unitId)).toEqual([ids[0]]);
      expect(tornBytes).toBe(length - first);
    }
  });

  it('cuts a torn line off before the next append, so that the next line is whole', async () => {
    const path = logOf(ids[0]);
    appendFileSync(path, `{"schemaVersion":1,"unitId":"${'x'.repeat(200_000)}`); // longer than one block of the search
    const log = openUnitLog(path);
    log.append(createObservation(ids[1]));
    log.close();
    const { units, tornBytes } = await readAll(path);
    expect(units.map(({ record }) => record.unitId)).toEqual([ids[0], ids[1]]);
    expect(tornBytes).toBe(0);
  });

  it('starts anew when the only line is torn', async () => {
    const path = join(temporaryFolder(), 'units.jsonl');
    writeFileSync(path, '{"schemaVersion"');
    const log = openUnitLog(path);
    log.append(createObservation(ids[0]));
    log.close();
    expect((await readAll(path)).units).toHaveLength(1);
  });

  it.each([
    ['an empty line', '\n', 'DATA_SYNTAX'],
    ['half a record', '{"schemaVersion":1,\n', 'DATA_SYNTAX'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a]), 'DATA_SYNTAX'],
    ['a list', '[]\n', 'DATA_INVALID'],
    [
      'a version that never was',
      `${JSON.stringify({ ...createObservation(ids[0]), schemaVersion: 0 })}\n`,
      'DATA_VERSION',
    ],
    [
      'a newer version',
      `${JSON.stringify({ ...createObservation(ids[0]), schemaVersion: SCHEMA_VERSION + 1 })}\n`,
      'DATA_VERSION',
    ],
    ['an unknown key', `${JSON.stringify({ ...createObservation(ids[0]), extra: 1 })}\n`, 'DATA_INVALID'],
    [
      'a prototype',
      `${JSON.stringify(createObservation(ids[0])).replace('{', '{"__proto__":{"x":1},')}\n`,
      'DATA_INVALID',
    ],
    ['a status of its own', `${JSON.stringify({ ...createObservation(ids[0]), status: 'fine' })}\n`, 'DATA_INVALID'],
  ])('refuses %s in the middle, naming file and line', async (_, line, code) => {
    const path = logOf(ids[0]);
    appendFileSync(path, line);
    appendFileSync(path, `${JSON.stringify(createObservation(ids[1]))}\n`);
    const error = await readAll(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).code).toBe(code);
    expect((error as DataError).message).toContain(`${path}, line 2`);
  });

  it('refuses to write a record that could not be read again, and writes nothing of it', async () => {
    const path = logOf(ids[0]);
    const log = openUnitLog(path);
    expect(() => log.append(createObservation('not-a-unit', { lane: -1 }))).toThrow(DataError);
    expect(() =>
      log.append(createObservation(ids[1], { attempts: [{ error: null, durationMs: Number.NaN, waitMs: 0 }] })),
    ).toThrow(/attempts\.0\.durationMs/);
    log.close();
    expect((await readAll(path)).units).toHaveLength(1);
    expect(existsSync(path)).toBe(true);
  });
});
