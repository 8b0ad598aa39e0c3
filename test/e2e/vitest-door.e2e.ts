import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CASES = join(ROOT, 'examples/cases/synthetic-data.yaml');

interface Outcome {
  readonly code: number | null;
  readonly tests: readonly { readonly fullName: string; readonly status: string; readonly failureMessages: string[] }[];
}

/** The example's tests as a user runs them, with another config where one is given. */
function runExample(files: readonly string[], config?: object): Outcome {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-vitest-'));
  const report = join(scratch, 'report.json');
  const { VITEST: _vitest, VITEST_WORKER_ID: _worker, CI: _ci, ...env } = process.env;
  if (config !== undefined) {
    const file = join(scratch, 'evenkeel.config.json');
    writeFileSync(file, JSON.stringify(config));
    env['EVENKEEL_CONFIG'] = file;
  }
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...files,
      ...['--root', join(ROOT, 'examples/vitest'), '--config', join(ROOT, 'examples/vitest/vitest.config.ts')],
      ...['--reporter', 'json', '--outputFile', report],
    ],
    { cwd: ROOT, env, encoding: 'utf8' },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { message: string; assertionResults: Outcome['tests'][number][] }[];
  };
  for (const { message } of testResults) expect(message, stderr).toBe('');
  return { code: status, tests: testResults.flatMap(({ assertionResults }) => assertionResults) };
}

const titled = (tests: Outcome['tests'], words: RegExp): Outcome['tests'][number] => {
  const found = tests.filter(({ fullName }) => words.test(fullName));
  expect(found, tests.map(({ fullName }) => fullName).join('\n')).toHaveLength(1);
  return found[0];
};

describe('evenkeel/vitest', () => {
  it('makes a test of every unit and of every check, and the example passes', () => {
    const { code, tests } = runExample([]);
    expect(tests.filter(({ status }) => status === 'failed').map(({ failureMessages }) => failureMessages)).toEqual([]);
    expect(code).toBe(0);
    expect(titled(tests, /Batch size .*1 level|Batch size .*2 levels/).status).toBe('passed');
    expect(titled(tests, /gate leakage prior-content/).status).toBe('passed');
    // no bound in the policy: said, and not taken for a pass
    expect(titled(tests, /gate drift precision · .*bf/).status).toBe('skipped');
    expect(titled(tests, /answers do not depend on the batch/).status).toBe('passed');
  });

  it('fails the test of the level that fails, in the words of the gate, and no other check', () => {
    const { code, tests } = runExample(['config-as-tests'], {
      target: {
        kind: 'reference-engine',
        checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'x' },
        mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 1 },
      },
      cases: CASES,
      caseLimit: 2,
      generation: { maxTokens: 2, temperature: 0, scoreLastPositions: 4 },
      perturbations: { repeat: { times: 2 }, 'batch-size': { sizes: [1, 2], lengths: ['ragged'] } },
      policy: { maxFailureRate: 0.8 },
      runsDirectory: join(mkdtempSync(join(tmpdir(), 'evenkeel-vitest-runs-')), 'runs'),
      seed: 'x',
    });
    expect(code).toBe(1);
    const failed = tests.filter(({ status }) => status === 'failed');
    expect(failed.map(({ fullName }) => fullName)).toEqual([
      expect.stringMatching(/gate determinism batch-size\/ragged/),
    ]);
    expect(failed[0].failureMessages.join()).toContain('fail: determinism, batch-size/ragged');
  });
});
