import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBundle } from '../../../../harness/cli/audit/check-bundle.ts';
import { createIo, evenkeel, projectFolder, smallConfig } from '../../../support/command-line.ts';

async function bundleIn(
  folder: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  await evenkeel(['run', '--run-id', 'one'], createIo({ cwd: folder }));
  const { code, err } = await evenkeel(
    ['report', 'one', '--audit', 'bundle', '--exit-zero', ...flags],
    createIo({ cwd: folder, env }),
  );
  expect([code, err.includes('error')]).toEqual([0, false]);
  return join(folder, 'bundle');
}

const pem = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('an audit bundle', () => {
  it.each([
    ['signed', [], { EVENKEEL_AUDIT_KEY: pem() }],
    ['not signed', [], {}],
    ['without outputs', ['--strip-outputs'], {}],
  ] as const)(
    'that is %s does not hold after any byte of any file has changed',
    async (_what, flags, env) => {
      const bundle = await bundleIn(
        projectFolder({ 'evenkeel.config.json': { ...smallConfig, caseLimit: 1 } }),
        flags,
        env,
      );
      const holds = async (): Promise<boolean> =>
        (await checkBundle(bundle, null)).every(({ outcome }) => outcome !== 'differs');
      expect(await holds()).toBe(true);
      const files = readdirSync(bundle, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files),
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.integer({ min: 1, max: 255 }),
          async (path, where, change) => {
            const before = readFileSync(path);
            const after = Buffer.from(before);
            after[Math.floor(where * after.length)] ^= change;
            writeFileSync(path, after);
            try {
              expect(await holds(), path).toBe(false);
            } finally {
              writeFileSync(path, before);
            }
          },
        ),
        { numRuns: 150 },
      );
      // the two that no digest covers, byte by byte where it matters most
      for (const name of ['attestation.json', 'digests.json']) {
        const before = readFileSync(join(bundle, name));
        for (let at = 0; at < before.length; at += Math.max(1, Math.floor(before.length / 60))) {
          const after = Buffer.from(before);
          after[at] ^= 1;
          writeFileSync(join(bundle, name), after);
          expect(await holds(), `${name}, byte ${at}`).toBe(false);
        }
        writeFileSync(join(bundle, name), before);
      }
      expect(await holds()).toBe(true);
    },
    120_000,
  );
});
