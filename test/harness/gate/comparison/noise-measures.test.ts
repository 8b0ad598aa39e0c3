import { describe, expect, it } from 'vitest';
import { compare, judge } from '../../../../harness/gate/index.ts';
import { createRng } from '../../../../harness/ports/index.ts';
import { comparison as comparisonSchema, type Baseline, type OutputDigests } from '../../../../harness/schema/index.ts';
import { createFindings, createPolicy } from '../../../support/findings.ts';

const REQUESTS = 60;
const HEX = '0123456789abcdef';
const digest = (value: number): string => value.toString(16).padStart(16, '0');

/**
 * A server that never gives one output twice: every text is another one. Its outputs have a log-probability of -1 and 20 tokens, each with
 * a noise, and a shift of the whole side.
 */
function sideOf(seed: string, shift: { readonly logprob: number; readonly tokens: number } | null): Baseline {
  const rng = createRng(seed);
  const output = (): OutputDigests => ({
    bits: null,
    tokens: null,
    text: digest(rng.integer(2 ** 48)),
    ...(shift !== null && {
      measures: {
        logprobMean: -1 + shift.logprob + 0.1 * (rng.next() - 0.5),
        tokens: 20 + shift.tokens + rng.integer(3),
      },
    }),
  });
  const level = () => ({ axis: 'repeat', label: 'time', requests: { r: output() } });
  const units = Object.fromEntries(
    Array.from({ length: REQUESTS }, (_, i) => [
      `u-${digest(i)}`,
      { none: level(), 'repeat-2': level(), 'repeat-3': level() },
    ]),
  );
  const sha = HEX.repeat(4);
  const target = { id: 'noisy', kind: 'endpoint', fingerprintSha256: sha, card: {} };
  return { planSha256: sha, casesSha256: sha, seed: 's', target, effects: [], units };
}

const none = { logprob: 0, tokens: 0 };
const compared = (base: Baseline, head: Baseline) =>
  compare({ base: { name: 'A', baseline: base }, head: { name: 'B', baseline: head }, rng: createRng('test') });

describe('noise beyond equality', () => {
  it('positive control: a shift shows in sizes where every output differs from every other', () => {
    const comparison = compared(sideOf('a', none), sideOf('b', { logprob: -0.3, tokens: 6 }));
    expect(comparisonSchema.parse(comparison)).toEqual(comparison);
    const [text] = comparison.noise;
    expect(text).toMatchObject({ metric: 'text', own: { value: 1 }, cross: { value: 1 }, pValue: 1 });
    const [logprob, tokens] = comparison.noiseMeasures!;
    expect(logprob).toMatchObject({ metric: 'meanLogprob', requests: REQUESTS });
    expect(logprob.pValue).toBeLessThan(0.001);
    expect(logprob.excess).toMatchObject({ kind: 'measured', n: REQUESTS });
    if (logprob.excess.kind !== 'measured') throw new Error('expected a measured excess');
    // B/A is 0.3, and A/A the mean distance of two draws of a width of 0.1
    expect(logprob.excess.low).toBeGreaterThan(0.22);
    expect(logprob.excess.high).toBeLessThan(0.3);
    expect(tokens.metric).toBe('outputTokens');
    expect(tokens.pValue).toBeLessThan(0.001);
  });

  it('negative control: of 40 runs of the same server few have p below 5 %, and p is even on average, for each measure', () => {
    const all = Array.from(
      { length: 40 },
      (_, i) => compared(sideOf(`a${i}`, none), sideOf(`b${i}`, none)).noiseMeasures!,
    );
    for (const measure of [0, 1]) {
      const pValues = all.map((measures) => measures[measure].pValue!);
      expect(pValues.filter((pValue) => pValue < 0.05).length).toBeLessThan(7);
      const average = pValues.reduce((sum, pValue) => sum + pValue, 0) / pValues.length;
      expect(average).toBeGreaterThan(0.35);
      expect(average).toBeLessThan(0.65);
    }
  }, 120_000);

  it('is absent where a baseline was saved without sizes, and decides nothing in a verdict', () => {
    const old = compared(sideOf('a', null), sideOf('b', none));
    expect(old).not.toHaveProperty('noiseMeasures');
    const policy = createPolicy({ posture: 'tolerant', baseline: { ...createPolicy().baseline, outputs: 'text' } });
    const today = '2026-11-28';
    const judged = (comparison: typeof old) =>
      judge({ findings: createFindings(), policy, planComplete: true, comparison, card: [], today }).checks.length;
    expect(judged(compared(sideOf('a', none), sideOf('b', { logprob: -3, tokens: 9 })))).toBe(judged(old));
  });
});
