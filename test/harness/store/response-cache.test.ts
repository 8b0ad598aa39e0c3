import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openResponseCache, type ResponseCache } from '../../../harness/store/index.ts';
import { createJob, createObservation, createUnit, fakeResult, temporaryFolder } from '../../support/run-records.ts';

const KEY = 'a'.repeat(64);
const DAY_MS = 86_400_000;
const KEPT = '2026-11-24T04:00:00.000Z';

function opened(now = KEPT): { readonly directory: string; readonly cache: ResponseCache } {
  const directory = temporaryFolder();
  return { directory, cache: openResponseCache({ directory, maxAgeMs: 7 * DAY_MS, now: () => now }) };
}

const unit = createUnit(1);
const { record, blobs } = fakeResult(createJob(unit, unit.levels[0]));
const observation = createObservation(unit.id, { levels: [record] });
const loadBlob = (sha256: string): Uint8Array => {
  const blob = blobs.find((one) => one.sha256 === sha256);
  if (blob === undefined) throw new Error(`no blob ${sha256}`);
  return blob.bytes;
};
const entry = { keySha256: KEY, runId: 'run-1', keptAt: KEPT, observation };

const entryPath = (directory: string): string => join(directory, 'entries', KEY.slice(0, 2), `${KEY}.json`);

describe('openResponseCache', () => {
  it('gives back what was kept, blobs included', () => {
    const { cache } = opened();
    expect(cache.find(KEY)).toBeNull();
    cache.keep(entry, loadBlob);
    expect(cache.find(KEY)).toEqual({ schemaVersion: 2, ...entry });
    for (const { sha256, bytes } of blobs) expect(Buffer.from(cache.loadBlob(sha256))).toEqual(Buffer.from(bytes));
  });

  it.each([
    ['a week old', '2026-12-01T04:00:00.000Z', true],
    ['older', '2026-12-01T04:00:00.001Z', false],
    ['from the future', '2026-11-24T03:59:59.999Z', false],
  ])('an entry that is %s: usable %s', (_, now, usable) => {
    const { directory, cache } = opened();
    cache.keep(entry, loadBlob);
    const later = openResponseCache({ directory, maxAgeMs: 7 * DAY_MS, now: () => now });
    expect(later.find(KEY) !== null).toBe(usable);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['not JSON', () => 'null'],
    ['of another version', (text: string) => text.replaceAll('"schemaVersion": 2', '"schemaVersion": 99')],
    ['of another key', (text: string) => text.replace(KEY, 'b'.repeat(64))],
    ['with a key that nobody knows', (text: string) => text.replace('"runId"', '"more": 1, "runId"')],
  ])('an entry that is %s is as if it were not there', (_, damage) => {
    const { directory, cache } = opened();
    cache.keep(entry, loadBlob);
    const path = entryPath(directory);
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(cache.find(KEY)).toBeNull();
  });

  it('names a blob that is damaged or gone', () => {
    const { directory, cache } = opened();
    cache.keep(entry, loadBlob);
    const [{ sha256 }] = blobs;
    const path = join(directory, 'blobs', sha256.slice(0, 2), sha256);
    writeFileSync(path, 'something else');
    expect(() => cache.loadBlob(sha256)).toThrow(createHash('sha256').update('something else').digest('hex'));
    rmSync(path);
    expect(() => cache.loadBlob(sha256)).toThrow(sha256);
  });

  it('writes no entry when a blob cannot be had', () => {
    const { directory, cache } = opened();
    expect(() =>
      cache.keep(entry, () => {
        throw new Error('gone');
      }),
    ).toThrow('gone');
    expect(readdirSync(directory)).not.toContain('entries');
  });
});
