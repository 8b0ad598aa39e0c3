import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the digests of this machine are the ones in the repository (moved bits: see scripts/digest)', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/digest/digest.mjs'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).not.toContain('DIFFERENT');
  expect(stdout).toMatch(/^digest [0-9a-f]{64}$/m);
  expect(status).toBe(0);
});

it('the digest command fails when a digest is another one', () => {
  const change = "import fs from 'node:fs'; const { readFileSync } = fs;";
  const script = `${change}
    fs.readFileSync = (file, ...rest) => {
      const text = readFileSync(file, ...rest);
      return String(file).endsWith('expected.json') ? text.replace(/("portable math": ")./, '$1x') : text;
    };
    (await import('node:module')).syncBuiltinESMExports();
    process.argv.push('digest', '--fast');
    await import('./scripts/digest/digest.mjs');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stdout, stderr).toMatch(/^DIFFERENT .* portable math$/m);
  expect(stdout.match(/DIFFERENT/g)).toHaveLength(1);
  expect(status).toBe(1);
});
