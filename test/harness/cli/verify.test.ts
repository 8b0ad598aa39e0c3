import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestsOf } from '../../../harness/audit/index.ts';
import type { BundleCheck } from '../../../harness/cli/audit/check-bundle.ts';
import { createIo, evenkeel, projectFolder, smallConfig } from '../../support/command-line.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const OTHER = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

async function folderWithBundle(flags: readonly string[] = []): Promise<string> {
  const folder = projectFolder({
    'evenkeel.config.json': { ...smallConfig, caseLimit: 1 },
    'key.pem': KEY,
    'public.pem': PUBLIC,
    'other.pem': OTHER,
  });
  await evenkeel(['run', '--run-id', 'one'], createIo({ cwd: folder }));
  const args = ['report', 'one', '--audit', 'bundle', '--exit-zero', ...flags];
  const { code, err } = await evenkeel(args, createIo({ cwd: folder }));
  expect(code, err).toBe(0);
  return folder;
}

const verify = async (folder: string, ...args: readonly string[]) => {
  const { code, out, err } = await evenkeel(['verify', ...args, '--json'], createIo({ cwd: folder }));
  const checks = code > 1 ? [] : (JSON.parse(out) as { checks: BundleCheck[] }).checks;
  return { code, err, outcomes: Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome])), checks };
};
const ALL_OK = { digests: 'ok', signature: 'ok', statement: 'ok', findings: 'ok', verdict: 'ok', report: 'ok' };

describe('verify', () => {
  it('holds a signed bundle, as folder and as zip, by its own key and by one that is given', async () => {
    const folder = await folderWithBundle(['--key', 'key.pem', '--responsible', 'Ada Example', '--role', 'tester']);
    expect(JSON.parse(readFileSync(join(folder, 'bundle/audit.json'), 'utf8'))).toMatchObject({
      responsible: { name: 'Ada Example', role: 'tester' },
      day: '2026-11-24',
    });
    for (const args of [['bundle'], ['bundle.zip'], ['bundle', '--public-key', 'public.pem']])
      expect(await verify(folder, ...args)).toMatchObject({ code: 0, outcomes: ALL_OK });
    const other = await verify(folder, 'bundle', '--public-key', 'other.pem');
    expect(other).toMatchObject({ code: 1, outcomes: { ...ALL_OK, signature: 'differs' } });
  });

  it('says of a bundle without a signature that it has none, and refuses it where a key is asked for', async () => {
    const folder = await folderWithBundle();
    expect(await verify(folder, 'bundle')).toMatchObject({
      code: 0,
      outcomes: { ...ALL_OK, signature: 'not-checked' },
    });
    expect((await verify(folder, 'bundle', '--public-key', 'public.pem')).code).toBe(1);
    const { out } = await evenkeel(['verify', 'bundle'], createIo({ cwd: folder }));
    expect(out).toMatch(/signature +not checked .*not signed/);
  });

  it('finds a verdict that was changed together with its digests: it makes it again', async () => {
    const folder = await folderWithBundle();
    const path = join(folder, 'bundle/run/verdict.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"policyName": "', '"policyName": "mild '));
    const list = join(folder, 'bundle/digests.json');
    writeFileSync(list, `${JSON.stringify(digestsOf(join(folder, 'bundle')), null, 2)}\n`);
    const { code, outcomes, checks } = await verify(folder, 'bundle');
    expect([code, outcomes]).toEqual([
      1,
      { ...ALL_OK, signature: 'not-checked', statement: 'differs', verdict: 'differs' },
    ]);
    expect(checks.find(({ name }) => name === 'verdict')?.detail).toMatch(
      /run\/verdict\.json, line \d+: has "policyName": "mild/,
    );
  });

  it('makes the verdict of a bundle without outputs from its findings, and says what it cannot check', async () => {
    const folder = await folderWithBundle(['--strip-outputs']);
    expect(await verify(folder, 'bundle')).toMatchObject({
      code: 0,
      outcomes: { ...ALL_OK, signature: 'not-checked', findings: 'not-checked', report: 'not-checked' },
    });
    for (const name of ['units.jsonl', 'blobs']) expect(existsSync(join(folder, 'bundle/run', name))).toBe(false);
  });

  it('refuses what is no bundle, and a place for one that is taken', async () => {
    const folder = await folderWithBundle();
    expect(await verify(folder, 'key.pem')).toMatchObject({
      code: 3,
      err: expect.stringContaining('expected an audit bundle') as unknown,
    });
    const again = await evenkeel(['report', 'one', '--audit', 'bundle'], createIo({ cwd: folder }));
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('expected a place where nothing is')]);
    const alone = await evenkeel(['report', 'one', '--strip-outputs'], createIo({ cwd: folder }));
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--strip-outputs: expected --audit with it')]);
  });
});
