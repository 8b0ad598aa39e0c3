import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../harness/schema/index.ts';
import type { History } from '../../../reports/history/index.ts';
import { createIo, evenkeel, nullConfig, projectFolder } from '../../support/command-line.ts';

const inFolder = (folder: string, ...args: readonly string[]) => evenkeel(args, createIo({ cwd: folder }));

/** Two runs of one plan, one of another, a shard, and a folder that is no run. */
async function folderWithRuns(): Promise<string> {
  const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
  const run = (id: string, hour: number, ...flags: readonly string[]) =>
    evenkeel(['run', '--run-id', id, ...flags], createIo({ cwd: folder, startIso: `2026-11-24T0${hour}:00:00.000Z` }));
  await run('one', 1);
  await run('two', 2);
  await run('three', 3, '--seed', 'another');
  await run('part', 4, '--shard', '1/2');
  mkdirSync(join(folder, '.evenkeel/runs/broken'));
  writeFileSync(join(folder, '.evenkeel/runs/broken/manifest.json'), '{');
  return folder;
}

describe('report --history', () => {
  it('puts the stored runs in the order of their time, and leaves none out in silence', async () => {
    const folder = await folderWithRuns();
    const { code, out, err } = await inFolder(
      folder,
      'report',
      '--history',
      '--json',
      '-o',
      'json',
      '-o',
      'markdown',
      '-o',
      'html',
    );
    expect(code, err).toBe(0);
    const history = JSON.parse(out) as History;
    expect(history.runs.map(({ id, link, why }) => [id, link.kind, why?.split(':', 1)[0] ?? null])).toEqual([
      ['broken', 'not-comparable', 'manifest.json'],
      ['one', 'first', null],
      ['two', 'same', null],
      ['three', 'not-comparable', null],
      ['part', 'not-comparable', 'shard 1 of 2'],
    ]);
    expect(readFileSync(join(folder, '.evenkeel/history.json'), 'utf8')).toBe(out);
    for (const name of ['history.html', 'history.md'])
      expect(readFileSync(join(folder, '.evenkeel', name), 'utf8')).not.toContain(folder);
  });

  it('has the numbers of the findings and the bounds of the policy', async () => {
    const folder = await folderWithRuns();
    const { out } = await inFolder(folder, 'report', '--history', '--json', '--metric', 'kl_mean,bits_differ_share');
    const { series, runs } = JSON.parse(out) as History;
    const findings = JSON.parse(readFileSync(join(folder, '.evenkeel/runs/two/findings.json'), 'utf8')) as Findings;
    const at = runs.findIndex(({ id }) => id === 'two');
    for (const { axis, level, klNatsMean } of findings.drift) {
      const found = series.find((one) => one.metric === 'kl_mean' && one.axis === axis && one.level === level);
      expect(found?.points.find(({ run }) => run === at)?.estimate).toEqual(klNatsMean);
    }
    const owed = series.find((one) => one.metric === 'bits_differ_share' && one.axis === 'repeat');
    expect(owed?.points[0].bound).toEqual({ kind: 'max', value: nullConfig.policy.maxFailureRate });
  });

  it('shows the newest runs alone when it is asked to', async () => {
    const folder = await folderWithRuns();
    const { out } = await inFolder(folder, 'report', '--history', '--last', '2');
    expect(out).toContain('three');
    expect(out).not.toContain(' one ');
  });

  it.each([
    [['report', 'one', '--history'], '--history: expected no run beside it'],
    [
      ['report', '--history', '-o', 'junit'],
      '--output: expected one of html, markdown, json with --history, got junit',
    ],
    [['report', '--history', '--metric', 'kl'], '--metric: expected one of bits_differ_share'],
    [['report', '--history', '--audit'], '--audit: expected one run'],
    [['report', '--last', '3'], '--last: expected --history with it'],
  ])('refuses %j', async (args, message) => {
    const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
    const { code, err } = await inFolder(folder, ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('says so when there is no run', async () => {
    const { code, err } = await inFolder(projectFolder({ 'evenkeel.config.json': nullConfig }), 'report', '--history');
    expect([code, err]).toEqual([3, expect.stringContaining('expected at least one run, got none')]);
  });
});
