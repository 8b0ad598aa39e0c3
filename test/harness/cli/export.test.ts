import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../harness/schema/index.ts';
import { exportTables } from '../../../reports/index.ts';
import { createIo, evenkeel, filesIn, nullConfig, projectFolder } from '../../support/command-line.ts';
import { readCsv } from '../../support/export-tables.ts';

const inFolder = (folder: string, ...args: readonly string[]) => evenkeel(args, createIo({ cwd: folder }));

async function folderWithRun(...flags: readonly string[]): Promise<string> {
  const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
  await inFolder(folder, 'run', '--run-id', 'one', ...flags);
  return folder;
}

const csvRows = (path: string): Record<string, string>[] => {
  const [header, ...lines] = readCsv(readFileSync(path, 'utf8'));
  return lines.map((line) => Object.fromEntries(header.map(({ text }, at) => [text, line[at].text])));
};

describe('export', () => {
  it('writes every table of the latest run into its folder, and nothing else', async () => {
    const own = await folderWithRun();
    const { code, out, err } = await inFolder(own, 'export');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^table +rows +bytes +file\nobservations +\d+ +\d+ /);
    const exported = join(own, '.evenkeel/runs/one/export');
    expect(filesIn(exported)).toEqual(exportTables.map(({ name }) => `${name}.csv`).sort());
  });

  it('has the numbers of findings.json in both formats', async () => {
    const folder = await folderWithRun();
    await inFolder(folder, 'export', 'one', '-o', 'csv');
    await inFolder(folder, 'export', 'one', '-o', 'pq', '--format', 'parquet');
    const findings = JSON.parse(readFileSync(join(folder, '.evenkeel/runs/one/findings.json'), 'utf8')) as Findings;
    const bytes = readFileSync(join(folder, 'pq/findings.parquet'));
    const stored = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
    const lines = csvRows(join(folder, 'csv/findings.csv'));
    expect(stored).toHaveLength(lines.length);
    for (const { axis, level, klNatsMean } of findings.drift) {
      const isRow = (row: Record<string, unknown>): boolean =>
        row['report'] === 'drift' && row['axis'] === axis && row['level'] === level && row['metric'] === 'kl_mean';
      const wanted = klNatsMean.kind === 'measured' ? klNatsMean.value : null;
      expect(stored.find(isRow)?.['value']).toBe(wanted);
      expect(lines.find(isRow)?.['value']).toBe(wanted === null ? '' : String(wanted));
    }
    expect(findings.drift.length).toBeGreaterThan(0);
  });

  it('writes one table to the file that is named, by the format of its name, and says what as JSON', async () => {
    const folder = await folderWithRun();
    const { code, out } = await inFolder(folder, 'export', '--table', 'units', '-o', 'units.parquet', '--json');
    expect(code).toBe(0);
    const path = join(folder, 'units.parquet');
    expect(JSON.parse(out)).toEqual([
      { table: 'units', rows: expect.any(Number) as unknown, bytes: readFileSync(path).length, path },
    ]);
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('leaves outputs out unless they are asked for', async () => {
    const folder = await folderWithRun();
    await inFolder(folder, 'export', '--table', 'observations', '-o', 'without.csv');
    await inFolder(folder, 'export', '--table', 'observations', '-o', 'with.csv', '--with-outputs');
    const [without] = csvRows(join(folder, 'without.csv'));
    const [withOutputs] = csvRows(join(folder, 'with.csv'));
    expect(Object.keys(withOutputs).filter((name) => !(name in without))).toEqual(['text', 'token_ids', 'canary']);
  });

  it('exports a shard, whose checks are empty since a part is never judged', async () => {
    const part = await folderWithRun('--shard', '1/2');
    const { code, err } = await inFolder(part, 'export', 'one', '-o', 'out');
    expect(code, err).toBe(0);
    expect(csvRows(join(part, 'out/checks.csv'))).toEqual([]);
    expect(csvRows(join(part, 'out/findings.csv')).length).toBeGreaterThan(0);
  });

  it.each([
    [
      ['--format', 'parquet', '--table', 'units', '-o', 'x.csv'],
      '--format: expected csv, as the file name x.csv says, got parquet',
    ],
    [['-o', 'x.csv'], '--output: expected one --table for one file, or a folder'],
    [['--table', 'unit'], 'Allowed choices are observations, findings'],
    [['--format', 'xlsx'], 'Allowed choices are csv, parquet'],
  ])('refuses %j before it reads anything', async (flags, message) => {
    const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
    const { code, err } = await inFolder(folder, 'export', 'no-such-run', ...flags);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('says so when the place cannot be written, and leaves nothing behind', async () => {
    const folder = await folderWithRun();
    mkdirSync(join(folder, 'taken.csv'));
    const { code, err } = await inFolder(folder, 'export', '--table', 'units', '-o', 'taken.csv');
    expect([code, err]).toEqual([2, expect.stringContaining('expected a place where a file can be written')]);
    expect(filesIn(folder).filter((path) => path.includes('.tmp-'))).toEqual([]);
    expect(existsSync(join(folder, 'taken.csv'))).toBe(true);
  });
});
