/** One engine on one thread and on two that share the work of each step. Run: npm run bench */
import { expect, it, vi } from 'vitest';
import type { Engine } from '../../engine/index.ts';
import { built, publish, spreadText, takeTurns, timesFaster } from '../support/bench.ts';
import type { Rounds } from '../support/bench.ts';

const { buildCheckpoint } = await built<typeof import('../../engine/checkpoint/index.ts')>('checkpoint');
const { createEngine } = await built<typeof import('../../engine/serving/index.ts')>('serving');

const ROUNDS = 7;
const prompt = (length: number): number[] => Array.from({ length }, (_, i) => (i * 31 + ((i * i) % 11)) % 256);

it('one thread and two', async () => {
  const rows: string[][] = [];
  for (const preset of ['v4-tiny', 'v4-small'] as const) {
    const checkpoint = buildCheckpoint({ preset, seed: 'bench' });
    const engines = { one: createEngine(checkpoint), two: createEngine(checkpoint, { threads: 2 }) };
    await vi.waitFor(() => expect(engines.two.readyThreads).toBe(2), { timeout: 20_000 });
    const prefill = (engine: Engine): Float32Array => engine.openSequence({ logits: 'last' }).append(prompt(256));
    const decode = (engine: Engine): void => {
      const sequence = engine.openSequence({ logits: 'last' });
      for (let i = 0; i < 32; i++) sequence.append([i]);
    };
    expect(prefill(engines.two)).toEqual(prefill(engines.one));
    const turns = (work: (engine: Engine) => unknown): Promise<Rounds> =>
      takeTurns({ one: () => void work(engines.one), two: () => void work(engines.two) }, ROUNDS);
    rows.push([
      preset,
      spreadText(timesFaster(await turns(prefill), 'two', 'one')),
      spreadText(timesFaster(await turns(decode), 'two', 'one')),
    ]);
    engines.two.close();
  }
  publish(
    'threads',
    'One engine on two threads against one (times faster, median and range of 7 rounds)',
    ['model', 'prefill of 256', 'decode of 32'],
    rows,
  );
});
