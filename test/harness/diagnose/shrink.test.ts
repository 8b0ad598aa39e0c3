import { expect, it } from 'vitest';
import { shrink, type ProbeOutcome } from '../../../harness/diagnose/index.ts';

const outcome = (differs: boolean): Promise<ProbeOutcome> =>
  Promise.resolve({ outcome: differs ? 'differs' : 'equal', trials: 1 });

it('never asks the same question twice, and counts what it asked', async () => {
  const asked: string[] = [];
  const elements = 'abcdefgh'.split('').map((id) => ({ id, stage: 0 }));
  const { kept, probes, trials } = await shrink({
    elements,
    budget: 1000,
    probe: (list) => {
      const ids = list.map(({ id }) => id).join('');
      asked.push(ids);
      return outcome(ids.includes('b') && ids.includes('g'));
    },
  });
  expect(kept.map(({ id }) => id)).toEqual(['b', 'g']);
  expect(new Set(asked).size).toBe(asked.length);
  expect([probes, trials]).toEqual([asked.length, asked.length]);
});

it('drops the pieces of what it has dropped without a probe for each', async () => {
  const pieces = (whole: string) =>
    Array.from({ length: 20 }, (_, i) => ({ id: `${whole}${i}`, stage: 1, within: whole }));
  const elements = [{ id: 'x', stage: 0 }, { id: 'y', stage: 0 }, ...pieces('x'), ...pieces('y')];
  const { kept, probes } = await shrink({
    elements,
    budget: 1000,
    probe: (list) => outcome(list.some(({ id }) => id === 'y7')),
  });
  expect(kept.map(({ id }) => id)).toEqual(['y', 'y7']);
  expect(probes).toBeLessThan(20);
});

it('takes a probe that did not decide for a difference that is gone, and says how many there were', async () => {
  const { kept, undecided, minimality } = await shrink({
    elements: [{ id: 'a', stage: 0 }],
    budget: 10,
    probe: () => Promise.resolve({ outcome: 'undecided', trials: 60 }),
  });
  expect([kept.length, undecided, minimality]).toEqual([1, 1, 'one-minimal']);
});
