import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';

const MAIN = process.env['EVENKEEL_CLI'] ?? fileURLToPath(new URL('../../dist/harness/cli/main.js', import.meta.url));

/** `evenkeel serve` on a free port; its base URL. */
function serve(args: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--no-config', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
      if (url !== undefined) resolve(`${url}/v1`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
}

const perturbations = {
  repeat: {},
  'batch-size': { sizes: [1, 2], lengths: ['ragged', 'equal'] },
  'batch-content': { mates: 1 },
};

interface Outcome {
  readonly verdict: {
    readonly checks: { report: string; axis: string; level: string; outcome: string; reason: string }[];
  };
}

async function outcomes(target: unknown): Promise<Map<string, { outcome: string; reason: string }>> {
  const cwd = projectFolder({ 'evenkeel.config.json': { ...smallConfig, target, perturbations } });
  const { out, err } = await spawnCli(['run', '--json'], { cwd });
  expect(err).not.toMatch(/error/i);
  const { verdict } = JSON.parse(out) as Outcome;
  return new Map(
    verdict.checks.map(({ report, axis, level, outcome, reason }, index) => [
      `${index} ${report} ${axis} ${level}`,
      { outcome, reason },
    ]),
  );
}

describe('the engine over HTTP', () => {
  it('gets the verdict that it gets in process, check by check', async () => {
    const inProcess = await outcomes({ kind: 'reference-engine', id: 'same' });
    const overHttp = await outcomes({
      kind: 'openai-completions',
      id: 'same',
      baseUrl: await serve(),
      tokenizer: 'bytes',
    });
    expect([...overHttp].map(([check, { outcome }]) => [check, outcome])).toEqual(
      [...inProcess].map(([check, { outcome }]) => [check, outcome]),
    );
    expect(overHttp.size).toBeGreaterThan(4);
    // canaries of a few outputs decide nothing, in either place
    const determinism = [...overHttp].filter(([check]) => check.includes(' determinism '));
    expect(determinism.map(([, { outcome }]) => outcome)).toEqual(determinism.map(() => 'pass'));
    // in process by bits; over HTTP by tokens, and the check says so
    const [first] = overHttp.values();
    expect(first.reason).toMatch(/bits cannot be had/);
  });
});
