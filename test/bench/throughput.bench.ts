/**
 * Tokens per second of the engine: prefill, decode of one request and of sixteen, in every precision mode; what batch invariance costs;
 * and what a second lane brings a suite. Run: npm run bench
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BatchRequest, EngineOptions, PrecisionMode } from '../../engine/index.ts';
import { built, publish, spreadOf, spreadText, takeTurns, timesFaster, two } from '../support/bench.ts';

const { buildCheckpoint } = await built<typeof import('../../engine/checkpoint/index.ts')>('checkpoint');
const { createEngine } = await built<typeof import('../../engine/serving/index.ts')>('serving');
const { PRECISION_MODES } = await built<typeof import('../../engine/model/index.ts')>('model');

const ROUNDS = 5;
const root = join(import.meta.dirname, '../..');
const prompt = (seed: number, length: number): number[] =>
  Array.from({ length }, (_, i) => (seed * 37 + i * 31 + ((i * i) % 11)) % 256);

it.each([
  { preset: 'v4-tiny', produced: 128, short: 64 },
  { preset: 'v4-small', produced: 16, short: 32 },
] as const)('tokens per second of $preset', async ({ preset, produced, short }) => {
  const checkpoint = buildCheckpoint({ preset, seed: 'bench' });
  const rows: string[][] = [];
  for (const precision of PRECISION_MODES) {
    const engine = createEngine(checkpoint, { precision, chunkSize: 128, maxBatch: 16 });
    const run = (count: number, length: number, maxTokens: number) => (): void => {
      const requests = Array.from({ length: count }, (_, i): BatchRequest => ({
        id: `r${i}`,
        tokenIds: prompt(i, length),
        maxTokens,
      }));
      engine.openSession().run(requests);
    };
    const rounds = await takeTurns(
      {
        prefill: run(1, 512, 1),
        one: run(1, short, produced + 1),
        'one prompt': run(1, short, 1),
        sixteen: run(16, short, produced + 1),
        'sixteen prompts': run(16, short, 1),
      },
      ROUNDS,
    );
    const rate = (name: string, tokens: number, without?: string): string =>
      two(
        (tokens / (spreadOf(rounds[name]).median - (without === undefined ? 0 : spreadOf(rounds[without]).median))) *
          1000,
      );
    rows.push([
      precision,
      rate('prefill', 512),
      rate('one', produced, 'one prompt'),
      rate('sixteen', 16 * produced, 'sixteen prompts'),
    ]);
  }
  publish(
    `throughput-${preset}`,
    `${preset}, one thread (tokens/s, medians of ${ROUNDS} rounds)`,
    ['precision', 'prefill of 512', 'decode, 1 request', 'decode, 16 requests'],
    rows,
  );
});

it('what batch invariance costs in decode', async () => {
  const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'bench' });
  // the batch-shaped reductions that real kernels choose: split-KV by FlashMLA's rule, split-K in the hyper-connections
  const variants: Record<string, EngineOptions> = {
    invariant: {},
    'batch-shaped': {
      splitPolicy: { kind: 'flashmla', multiprocessors: 8, overhead: 1 },
      mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 4 },
      keyBlock: 16,
    },
  };
  const rows: string[][] = [];
  for (const precision of ['f32', 'bf16'] satisfies PrecisionMode[])
    for (const batch of [1, 16]) {
      const requests = Array.from({ length: batch }, (_, i): BatchRequest => ({
        id: `r${i}`,
        tokenIds: prompt(i, 64),
        maxTokens: 65,
      }));
      const engines = Object.entries(variants).map(
        ([name, options]) => [name, createEngine(checkpoint, { ...options, precision })] as const,
      );
      const rounds = await takeTurns(
        Object.fromEntries(engines.map(([name, engine]) => [name, () => void engine.openSession().run(requests)])),
        ROUNDS,
      );
      rows.push([precision, String(batch), spreadText(timesFaster(rounds, 'invariant', 'batch-shaped'))]);
    }
  publish(
    'batch-invariance',
    'Decode with one frozen order of reductions against batch-shaped ones (times faster)',
    ['precision', 'batch', 'invariant / batch-shaped'],
    rows,
  );
});

it('a suite on one lane and on two', async () => {
  const config = (lanes: number): object => ({
    target: { kind: 'reference-engine', checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'bench' }, lanes },
    cases: 'cases.yaml',
    caseLimit: 8,
    generation: { maxTokens: 8, scoreLastPositions: 16 },
    reporters: ['json'],
    perturbations: {
      repeat: { times: 2 },
      truncation: { sides: ['head', 'tail'], keepShare: [0.6] },
      precision: { levels: ['f32', 'w8a8'] },
      'prior-content': { mates: 3 },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  try {
    cpSync(join(root, 'examples/cases/synthetic-data.yaml'), join(folder, 'cases.yaml'));
    const run = (lanes: number) => (): void => {
      writeFileSync(join(folder, 'evenkeel.config.json'), JSON.stringify(config(lanes)));
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/harness/cli/main.js'), 'run'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
    };
    const rounds = await takeTurns({ 'one lane': run(1), 'two lanes': run(2) }, ROUNDS);
    const seconds = (name: string): string => two(spreadOf(rounds[name]).median / 1000);
    publish(
      'lanes',
      'A suite of 27 units through the command line, start included (seconds)',
      ['one lane', 'two lanes', 'two / one'],
      [[seconds('one lane'), seconds('two lanes'), spreadText(timesFaster(rounds, 'two lanes', 'one lane'))]],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
