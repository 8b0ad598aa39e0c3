import { describe, expect, it } from 'vitest';
import { noiseModelOf, sequentialProbe, shrink } from '../../../harness/diagnose/index.ts';
import { createRng } from '../../../harness/ports/index.ts';

describe('a probe on a noisy target', () => {
  it('decides between the noise and a real difference, in a handful of trials', async () => {
    const noise = noiseModelOf({ differing: 0, trials: 20, probesMax: 400 })!;
    const rng = createRng('noise');
    const at = async (rate: number): Promise<{ wrong: number; trials: number }> => {
      let [wrong, trials] = [0, 0];
      for (let probe = 0; probe < 400; probe++) {
        const found = await sequentialProbe(() => Promise.resolve(rng.next() < rate), noise);
        trials += found.trials;
        if ((found.outcome === 'differs') !== rate > 0.4) wrong++;
      }
      return { wrong, trials: trials / 400 };
    };
    const quiet = await at(0.05);
    const loud = await at(0.7);
    // 5 % of all probes together may be wrong on noise, 5 % of each on a difference
    expect(quiet.wrong).toBeLessThanOrEqual(1);
    expect(loud.wrong).toBeLessThanOrEqual(20);
    expect(Math.max(quiet.trials, loud.trials)).toBeLessThan(15);
  });

  it('needs one trial on an exact target', async () => {
    expect(await sequentialProbe(() => Promise.resolve(true), null)).toEqual({ outcome: 'differs', trials: 1 });
  });

  it('is not undertaken where the target differs from itself too often', () => {
    expect(noiseModelOf({ differing: 15, trials: 20, probesMax: 10 })).toBeNull();
    expect(noiseModelOf({ differing: 5, trials: 20, probesMax: 10 })?.rate0).toBeCloseTo(6 / 22);
  });

  it('shrinks to the right pair although one answer in twenty lies', async () => {
    const rng = createRng('lies');
    const noise = noiseModelOf({ differing: 1, trials: 20, probesMax: 200 });
    const elements = 'abcdefghij'.split('').map((id) => ({ id, stage: 0 }));
    const { kept, trials } = await shrink({
      elements,
      budget: 200,
      probe: (list) => {
        const there = ['c', 'h'].every((id) => list.some((one) => one.id === id));
        return sequentialProbe(() => Promise.resolve(rng.next() < 0.05 ? !there : there), noise);
      },
    });
    expect(kept.map(({ id }) => id)).toEqual(['c', 'h']);
    expect(trials).toBeGreaterThan(kept.length);
  });
});
