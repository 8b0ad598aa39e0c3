import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';
import { isSidecarName } from '../../../reports/index.ts';
import type { UnitDetail, UnitIndex } from '../../../reports/unit-index.ts';
import { explorerUnits, packExplorerRun, unitId } from '../../support/explorer-run.ts';
import { HOSTILE } from '../../support/run-fixture.ts';

const inflated = (text: string): unknown => JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'));
const indexOf = (text: string): UnitIndex => inflated(text) as UnitIndex;
const detailsOf = (text: string): UnitDetail[] => inflated(text) as UnitDetail[];

const PAGE = 400_000;
const UNITS = 1000;

describe('the units of a page', () => {
  it('are in an index whole, in plan order, with a status and a result per compared level', () => {
    const index = indexOf(packExplorerRun(30).index);
    expect(index.units.ids).toBe(
      explorerUnits(30)
        .map(({ id }) => id.slice(2))
        .join(''),
    );
    const rows = index.units.levelSet.reduce((total, set) => total + index.levelSets[set].length, 0);
    expect([index.rows.status.length, index.rows.result.length]).toEqual([rows, rows]);
    // units 7 and 11 in the order of their levels: 2 levels, 2 levels, 1 level, and so on
    const firstRowOf = (at: number): number => Math.floor(at / 3) * 5 + [0, 2, 4][at % 3];
    // the 8th unit is of `precision`, where nothing is owed; the 12th ended with an error; the 29th is not supported; the 30th has no record
    expect(index.rows.status.slice(firstRowOf(7), firstRowOf(8))).toBe('mm');
    expect(index.rows.result.slice(firstRowOf(7), firstRowOf(8))).toBe('dd');
    expect(index.rows.status[firstRowOf(11)]).toBe('e');
    expect(index.rows.status.slice(firstRowOf(28))).toBe('uun');
    expect(index.rows.status.slice(0, 2) + index.rows.result.slice(0, 2)).toBe('ppbb');
    expect(index.rows.firstTokenDiff).toContainEqual([firstRowOf(7), 2]);
  });

  it('name a broken promise a failure', () => {
    const index = indexOf(packExplorerRun(100).index);
    // the 58th unit is of batch-size, whose bits are owed
    const row = 19 * 5;
    expect(index.rows.status.slice(row, row + 2)).toBe('ff');
    expect(index.rows.result.slice(row, row + 2)).toBe('dd');
  });

  it('keep attempts, waits and answers with status 429', () => {
    const index = indexOf(packExplorerRun(30).index);
    const [unit, attempts] = index.retries[0];
    expect(unit).toBe(5);
    expect(attempts.map(([durationMs, waitMs]) => [durationMs, waitMs])).toEqual([
      [12, 9],
      [65, 0],
    ]);
    expect(index.reasons[attempts[0][2]]).toContain('HTTP 429');
    expect(index.requestRetries[0]).toEqual([0, 3, 3]);
    expect(index.beganAt).toBe('2026-01-02T03:04:05.000Z');
    expect(index.units.startMs[2]).toBe(40);
  });

  it('are found in the chunk that the index names, with the pair as it was compared', () => {
    const { index, chunks } = packExplorerRun(100);
    const at = 57;
    const found = detailsOf(chunks[indexOf(index).units.chunk[at]]).find((unit) => unit.unitId === unitId(at));
    expect(found?.pairs[0]).toEqual({
      levelId: 'size-4-ragged',
      requestId: 'case-17',
      result: 'd',
      firstTokenDiff: 2,
      firstBitDiff: 1,
      alternatives: null,
    });
    expect(found?.levels.map(({ levelId }) => levelId)).toEqual(['none', 'size-4-ragged', 'size-8-ragged']);
    expect(found?.levels[0].requests[0].tokens).toEqual(['#10', '#21', '#30', '#40']);
    expect(found?.levels[0].requests[0].logprobs).toEqual([-0.5, -0.25, -2, null]);
  });

  it('hold no character that a terminal obeys or a reader does not see', () => {
    const { index, chunks } = packExplorerRun(100);
    const texts = [index, ...chunks].map((text) => gunzipSync(Buffer.from(text, 'base64')).toString('utf8')).join('');
    expect(texts).toContain('␛[31m');
    expect(texts).not.toContain(JSON.stringify(HOSTILE).slice(1, -1));
    expect(texts).not.toMatch(/\\u001b|\u202e|\u2028/);
  });

  it('have equal bytes for equal records', () => {
    expect(packExplorerRun(300)).toEqual(packExplorerRun(300));
    // the time in a gzip header is bytes 4 to 7
    const [chunk] = packExplorerRun(30).chunks;
    expect([...Buffer.from(chunk, 'base64').subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });
});

describe('units that do not fit', () => {
  const beside: Record<string, string> = {};
  const whole = packExplorerRun(UNITS);
  const room = whole.index.length + 3 * UNITS + whole.chunks.slice(0, 2).join('').length;
  const packed = packExplorerRun(UNITS, {
    bytesMax: PAGE + room + 100,
    writeBeside: (fileName, text) => {
      beside[fileName] = text;
    },
  });
  const index = indexOf(packed.index);

  it('go into files beside the page, and the page keeps its size', () => {
    expect(packed.chunks).toHaveLength(2);
    expect(packed.index.length + packed.chunks.join('').length).toBeLessThanOrEqual(room + 100);
    expect(Object.keys(beside)).toHaveLength(packed.chunksBeside);
    expect(Object.keys(beside).every(isSidecarName)).toBe(true);
    expect(index.chunks).toEqual({
      inside: 2,
      all: 2 + packed.chunksBeside,
      unitsInside: index.units.chunk.filter((chunk) => chunk >= 0 && chunk < 2).length,
    });
  });

  it('are never those with a failure', () => {
    const failed = index.units.ids.match(/.{16}/g)?.flatMap((_, at) => {
      const first = index.units.levelSet.slice(0, at).reduce((total, set) => total + index.levelSets[set].length, 0);
      const own = index.rows.status.slice(first, first + index.levelSets[index.units.levelSet[at]].length);
      return /[fie]/.test(own) ? [index.units.chunk[at]] : [];
    });
    expect(failed?.length).toBeGreaterThan(10);
    expect(new Set(failed)).toEqual(new Set([0]));
  });

  it('leave a sample of the others inside, that the seed draws', () => {
    const sampleOf = (seed: string): number[] =>
      indexOf(
        packExplorerRun(UNITS, {
          bytesMax: PAGE + room + 100,
          writeBeside: () => undefined,
          rng: createRng(seed),
        }).index,
      ).units.chunk.flatMap((chunk, at) => (chunk === 1 ? [at] : []));
    expect(sampleOf('seed')).toEqual(sampleOf('seed'));
    expect(sampleOf('other')).not.toEqual(sampleOf('seed'));
    // not the beginning of the plan
    expect(Math.max(...sampleOf('seed'))).toBeGreaterThan(UNITS / 2);
  });

  it('are one call with base64 in it, and nothing else that could run', () => {
    const [[name, text]] = Object.entries(beside);
    expect(text).toMatch(/^evenkeelChunk\(\d+,"[A-Za-z0-9+/=]+"\);\n$/);
    const [, number, base64] = /^evenkeelChunk\((\d+),"([^"]+)"\);\n$/.exec(text) ?? [];
    expect(name).toBe(`chunk-${number}.js`);
    expect(detailsOf(base64).length).toBeGreaterThan(100);
  });

  it('leave none inside where the page alone is too large', () => {
    const count = { beside: 0 };
    const none = packExplorerRun(30, { bytesMax: 1, writeBeside: () => void count.beside++ });
    expect([none.chunks.length, none.chunksBeside]).toEqual([0, count.beside]);
    expect(count.beside).toBeGreaterThan(0);
  });
});
