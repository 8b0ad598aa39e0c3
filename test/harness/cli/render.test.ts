import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIo, evenkeel, nullConfig, projectFolder } from '../../support/command-line.ts';

describe('the HTML report of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-render-'));
  projectFolder({ 'evenkeel.config.json': { ...nullConfig, reporters: ['html'] } }, folder);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const io = () => createIo({ cwd: folder });
  const runFolder = join(folder, '.evenkeel/runs/one');
  const page = (path = join(runFolder, 'report.html')): string => readFileSync(path, 'utf8');
  const textsOf = (html: string): string =>
    [...html.matchAll(/<script type="text\/plain"[^>]*>([^<]*)</g)]
      .map(([, base64]) => gunzipSync(Buffer.from(base64, 'base64')).toString('utf8'))
      .join('\n');

  beforeAll(async () => {
    const { code } = await evenkeel(['run', '--run-id', 'one'], io());
    expect([0, 1]).toContain(code);
  });

  it('holds the units and what they returned', () => {
    const [, unitId, text] = /"unitId":"(u-[0-9a-f]+)".*?"text":"([^"]+)"/.exec(
      readFileSync(join(runFolder, 'units.jsonl'), 'utf8'),
    ) ?? ['', '', ''];
    expect(textsOf(page())).toContain(unitId);
    expect(textsOf(page())).toContain(text);
    expect(existsSync(join(runFolder, 'data'))).toBe(false);
  });

  it('is the same from `report` as from `run`', async () => {
    const before = page();
    await evenkeel(['report', 'one'], io());
    expect(page()).toBe(before);
  });

  it('puts what does not fit into data/, and takes it away when it fits again', async () => {
    await evenkeel(['report', 'one', '--report-max-bytes', '1000'], io());
    expect(readdirSync(join(runFolder, 'data'))).toEqual(['chunk-0.js']);
    expect(page()).not.toContain('id="chunk-0"');
    writeFileSync(join(runFolder, 'data/notes.txt'), 'of the user');
    await evenkeel(['report', 'one'], io());
    expect(readdirSync(join(runFolder, 'data'))).toEqual(['notes.txt']);
    expect(page()).toContain('id="chunk-0"');
  });

  it('allows scripts beside it only where there are some', async () => {
    const policyOf = (html: string): string => /script-src ([^;]+);/.exec(html)?.[1] ?? '';
    expect(policyOf(page())).not.toMatch(/self|file:/);
    await evenkeel(['report', 'one', '--report-max-bytes', '1000'], io());
    expect(policyOf(page())).toContain("'self' file:");
  });

  it('takes the bytes from the configuration of the run too', async () => {
    const own = projectFolder({ 'evenkeel.config.json': { ...nullConfig, reporters: ['html'], reportMaxBytes: 1000 } });
    await evenkeel(['run', '--run-id', 'one'], createIo({ cwd: own }));
    expect(existsSync(join(own, '.evenkeel/runs/one/data/chunk-0.js'))).toBe(true);
    await evenkeel(['report', 'one'], createIo({ cwd: own }));
    expect(existsSync(join(own, '.evenkeel/runs/one/data/chunk-0.js'))).toBe(true);
  });

  it('has its files beside it in a bundle too, where they are checked with everything else', async () => {
    await evenkeel(['report', 'one', '--audit', 'large', '--report-max-bytes', '1000'], io());
    const beside = join(folder, 'large/run/data/chunk-0.js');
    expect(existsSync(beside)).toBe(true);
    expect((await evenkeel(['verify', 'large'], io())).code).toBe(0);
    writeFileSync(beside, 'evenkeelChunk(0,"");\n');
    expect((await evenkeel(['verify', 'large'], io())).code).not.toBe(0);
  });

  it('tells nothing of any unit in a bundle without outputs', async () => {
    await evenkeel(['report', 'one', '--audit', 'stripped', '--strip-outputs'], io());
    const html = page(join(folder, 'stripped/run/report.html'));
    expect(textsOf(html)).toBe('');
    expect(existsSync(join(folder, 'stripped/run/data'))).toBe(false);
    await evenkeel(['report', 'one', '--audit', 'whole'], io());
    expect(textsOf(page(join(folder, 'whole/run/report.html')))).toContain('"unitId"');
  });
});
