import { describe, expect, it } from 'vitest';
import { compare } from '../../../../harness/gate/index.ts';
import { createRng } from '../../../../harness/ports/index.ts';
import type { Baseline, DeterminismRow } from '../../../../harness/schema/index.ts';
import { createDeterminismRow, createFindings, createPolicy, judgeFindings } from '../../../support/findings.ts';

const REQUESTS = 400;
const tolerant = createPolicy({ posture: 'tolerant' });

/** A served model that flips each output with a chance of its own: `repeat` units of one request, sent twice. */
function simulated(seed: string, flipRate: number): Baseline {
  const rng = createRng(seed);
  const digest = (flipped: boolean): string =>
    (flipped ? Math.floor(rng.next() * 2 ** 32) : 0).toString(16).padStart(16, '0');
  const output = () => {
    const one = digest(rng.next() < flipRate);
    return { bits: null, tokens: one, text: one };
  };
  const level = (label: string, id: string) => ({ axis: 'repeat', label, requests: { [id]: output() } });
  const units = Array.from({ length: REQUESTS }, (_, i) => [
    `u-${String(i).padStart(16, '0')}`,
    { none: level('first time', `case-${i}`), 'repeat-2': level('time 2', `case-${i}`) },
  ]);
  const zeros = '0'.repeat(64);
  return {
    planSha256: zeros,
    casesSha256: zeros,
    seed: 'evenkeel',
    target: { id: 'noisy', kind: 'simulated', fingerprintSha256: zeros, card: {} },
    effects: [],
    units: Object.fromEntries(units) as Baseline['units'],
  };
}

function judged(base: Baseline, head: Baseline) {
  const comparison = compare({
    base: { name: 'A', baseline: base },
    head: { name: 'B', baseline: head },
    rng: createRng('noise'),
  });
  return judgeFindings({ findings: createFindings(), policy: tolerant, comparison });
}

describe('a target that flips 1 % of its outputs, judged by a tolerant policy', () => {
  it('negative control: against itself it passes 200 times of 200', () => {
    const outcomes = Array.from(
      { length: 200 },
      (_, i) => judged(simulated(`a-${i}`, 0.01), simulated(`b-${i}`, 0.01)).outcome,
    );
    expect(outcomes.filter((outcome) => outcome === 'pass')).toHaveLength(200);
  }, 600_000);

  it('positive control: a shift to 15 % fails 5 times of 5, and names both rates', () => {
    const verdicts = Array.from({ length: 5 }, (_, i) => judged(simulated(`a-${i}`, 0.01), simulated(`b-${i}`, 0.15)));
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(new Array(5).fill('fail'));
    const check = verdicts[0].checks.find(({ metric }) => metric === 'tokens differ more than noise')!;
    expect(check.reason).toMatch(/of outputs differ in tokens from the baseline, .* of the baseline's from itself/);
    expect(check.family).toMatchObject({ name: 'determinism' });
  }, 60_000);

  it('decides nothing without repeats on both sides', () => {
    const { units, ...rest } = simulated('a', 0.01);
    const once = Object.fromEntries(Object.entries(units).map(([id, levels]) => [id, { none: levels.none }]));
    const verdict = judged({ ...rest, units: once }, simulated('b', 0.01));
    expect(verdict).toMatchObject({ outcome: 'inconclusive' });
    expect(verdict.checks[1].observed).toBe('no noise floor');
  });
});

describe('axes of a target that does not repeat itself', () => {
  const row = (axis: string, differing: number, n = 300): DeterminismRow =>
    createDeterminismRow({
      axis,
      level: axis === 'repeat' ? 'repeat-2' : 'size-4',
      bits: { kind: 'unsupported', why: 'the server returns no logits' },
      byCase: Array.from({ length: n }, (_, i) => ({
        caseId: `case-${i}`,
        n: 1,
        bitsDiffer: null,
        tokensDiffer: i < differing ? 1 : 0,
        textDiffer: i < differing ? 1 : 0,
        maxAbsLogprobDiff: i < differing ? 0.5 : 0.01,
      })),
    });
  const verdictOf = (rows: readonly DeterminismRow[]) =>
    judgeFindings({ findings: createFindings({ determinism: [...rows] }), policy: tolerant });

  it('B16: passes with the posture and its drift, where a strict policy would fail', () => {
    const rows = [row('repeat', 30), row('batch-size/ragged', 33)];
    const verdict = verdictOf(rows);
    expect(verdict.outcome).toBe('pass');
    expect(verdict.checks[0].observed).toContain('posture: not run-to-run deterministic, 30 of 300 differ in tokens');
    expect(verdict.checks[1].observed).toContain('posture: not batch-invariant, 33 of 300 differ in tokens');
    expect(verdict.checks[1].observed).toContain('drift up to 0.01 (median) and 0.5 nats (most)');
  });

  it('fails an axis that differs far more often than a repeat, and needs a floor to say so', () => {
    expect(verdictOf([row('repeat', 3), row('batch-size/ragged', 60)]).outcome).toBe('fail');
    expect(verdictOf([row('batch-size/ragged', 60)])).toMatchObject({ outcome: 'inconclusive' });
  });

  it('is inconclusive without the proof that the path ran', () => {
    const unproved = { ...row('batch-size/ragged', 3), evidenceProblem: 'No two requests were ever active together.' };
    expect(verdictOf([row('repeat', 3), unproved]).outcome).toBe('inconclusive');
  });
});
