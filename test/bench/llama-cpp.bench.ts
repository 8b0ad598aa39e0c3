/**
 * The same weights in llama.cpp (node-llama-cpp's CPU binaries) and here: float32, one thread, in turn; and how far the numbers are
 * apart, since llama.cpp is an independent implementation of the same model. Run: npm run bench
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { built, publish, spreadOf, spreadText, takeTurns, timesFaster, two } from '../support/bench.ts';
import type { Rounds } from '../support/bench.ts';
import { peer } from '../support/peer.ts';

const { buildCheckpoint, writeGguf } = await built<typeof import('../../engine/checkpoint/index.ts')>('checkpoint');
const { createEngine } = await built<typeof import('../../engine/serving/index.ts')>('serving');

interface Evaluated {
  readonly next: { readonly probabilities?: ReadonlyMap<number, number> };
}
interface LlamaSequence {
  controlledEvaluate(input: readonly unknown[]): Promise<readonly (Evaluated | undefined)[]>;
  clearHistory(): Promise<void>;
}
interface NodeLlamaCpp {
  readonly LlamaLogLevel: { readonly error: string };
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): LlamaSequence; dispose(): Promise<void> }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

const PREFILL = 512;
const DECODE = 64;
const ROUNDS = 5;
const tokens = Array.from({ length: PREFILL + DECODE + 1 }, (_, i) => (i * 31 + ((i * i) % 11)) % 256);
const folder = join(import.meta.dirname, '../../.cache/gguf');

it.each(['v4-tiny-hca128', 'v4-small'] as const)('%s against llama.cpp', async (preset) => {
  const { getLlama, LlamaLogLevel } = await peer<NodeLlamaCpp>('node-llama-cpp');
  const checkpoint = buildCheckpoint({ preset, seed: 'peer' });
  mkdirSync(folder, { recursive: true });
  const modelPath = join(folder, `${preset}.gguf`);
  writeFileSync(modelPath, writeGguf(checkpoint));
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath, useMmap: false });
  const context = await model.createContext({ contextSize: 1024, batchSize: PREFILL, threads: 1 });
  const theirs = context.getSequence();
  const engine = createEngine(checkpoint, { precision: 'f32', chunkSize: PREFILL });
  const prompt = tokens.slice(0, PREFILL);
  const wanted = { generateNext: { probabilities: true } };

  const prefill = await takeTurns(
    {
      ours: () => void engine.openSequence({ logits: 'last' }).append(prompt),
      'llama.cpp': async () => {
        await theirs.clearHistory();
        await theirs.controlledEvaluate([...prompt.slice(0, -1), [prompt[PREFILL - 1], wanted]]);
      },
    },
    ROUNDS,
  );
  const own = engine.openSequence({ logits: 'last' });
  own.append(prompt);
  let at = PREFILL;
  const decode = await takeTurns(
    {
      ours: () => {
        for (let i = 0; i < DECODE / 8; i++) own.append([tokens[at + i]]);
      },
      'llama.cpp': async () => {
        for (let i = 0; i < DECODE / 8; i++) await theirs.controlledEvaluate([[tokens[at + i], wanted]]);
        at += DECODE / 8;
      },
    },
    ROUNDS,
  );

  // log-probabilities of every position: f16 caches there, float32 here
  await theirs.clearHistory();
  const evaluated = await theirs.controlledEvaluate(prompt.map((token) => [token, wanted]));
  const { logits } = engine.score(prompt);
  const apart = evaluated.map((result, t) => {
    const row = logits.subarray(t * engine.vocabSize, (t + 1) * engine.vocabSize);
    const most = row.reduce((a, b) => Math.max(a, b));
    const sum = most + Math.log(row.reduce((all, v) => all + Math.exp(v - most), 0));
    let largest = 0;
    for (const [id, p] of result?.next.probabilities ?? [])
      largest = Math.max(largest, Math.abs(Math.log(p) - (row[id] - sum)));
    return largest;
  });
  const { median, high } = spreadOf(apart);
  // routing and top-k flips of near-ties move single positions far; the bulk is close or the models differ
  expect(median).toBeLessThan(0.1);

  const rate = (rounds: Rounds, name: string, count: number): string =>
    two((count / spreadOf(rounds[name]).median) * 1000);
  publish(
    `llama-cpp-${preset}`,
    `${preset}: the same float32 weights here and in llama.cpp v0.5.0, one thread (tokens/s; median and range of ${ROUNDS} rounds)`,
    ['', 'ours', 'llama.cpp', 'ours / llama.cpp'],
    [
      [
        `prefill of ${PREFILL}`,
        rate(prefill, 'ours', PREFILL),
        rate(prefill, 'llama.cpp', PREFILL),
        spreadText(timesFaster(prefill, 'ours', 'llama.cpp')),
      ],
      [
        'decode',
        rate(decode, 'ours', DECODE / 8),
        rate(decode, 'llama.cpp', DECODE / 8),
        spreadText(timesFaster(decode, 'ours', 'llama.cpp')),
      ],
      ['largest log-probability difference of a position', two(median), two(high), 'median; largest of all positions'],
    ],
  );
  await context.dispose();
  await model.dispose();
});
