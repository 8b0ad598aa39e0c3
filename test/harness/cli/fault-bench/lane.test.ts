import { describe, expect, it } from 'vitest';
import { runLane } from '../../../../harness/cli/fault-bench/lane.ts';
import { fixedClock } from '../../../../harness/ports/index.ts';
import type { Trial } from '../../../../suites/fault-bench/index.ts';

async function trialsOf(ids: readonly string[]): Promise<{ trials: Trial[]; unclean: string[] }> {
  const trials: Trial[] = [];
  const unclean: string[] = [];
  const events = {
    onTrial: (trial: Trial) => void trials.push(trial),
    onUnclean: (protocol: string) => void unclean.push(protocol),
  };
  const clock = fixedClock('2026-01-01T00:00:00.000Z', 1);
  await runLane({ agenda: [{ seed: 'test', ids }] }, clock, events, new AbortController().signal);
  return { trials, unclean };
}

describe('a lane of the fault bench', () => {
  it('finds faults of the batch, of chunks and of history, and names the op', async () => {
    const { trials, unclean } = await trialsOf(['F2', 'F6', 'L1']);
    expect(unclean).toEqual([]);
    const seen = trials.map(({ id, white, op }) => [id, white, op]);
    expect(seen).toEqual([
      ['F2', true, 'layers.0.ffn'],
      ['F6', true, 'layers.1.attn.compressor.entry'],
      ['L1', true, 'layers.1.attn.compressor.entry'],
    ]);
    for (const { activations } of trials) expect(activations).toBeGreaterThan(0);
  }, 120_000);

  it('counts an audit as what the engine shows, and as nothing that a server returns', async () => {
    const { trials } = await trialsOf(['F7']);
    expect(trials[0]).toMatchObject({ black: false, trap: expect.stringMatching(/AuditError/) as unknown });
  }, 120_000);

  it('is silent on a benign change, which is compared with the unchanged engine too', async () => {
    const { trials } = await trialsOf(['B13']);
    expect(trials.length).toBeGreaterThan(1);
    expect(trials.filter(({ white, black, trap }) => white || black || trap !== null)).toEqual([]);
  }, 120_000);
});
