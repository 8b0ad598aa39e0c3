import { describe, expect, it } from 'vitest';
import { compare, snapshot } from '../../../../harness/gate/index.ts';
import { expandPlan, jobFor, type PlanInput } from '../../../../harness/plan/index.ts';
import { createRng, fixedClock } from '../../../../harness/ports/index.ts';
import { executePlan } from '../../../../harness/run/index.ts';
import type {
  Baseline,
  Case,
  DeterminismRow,
  Observation,
  Perturbation,
  Target,
  Verdict,
} from '../../../../harness/schema/index.ts';
import { createNullTarget } from '../../../../harness/targets/index.ts';
import { repeat } from '../../../../perturbations/index.ts';
import { createDeterminismRow, createFindings, createPolicy, judgeFindings } from '../../../support/findings.ts';

const REQUESTS = 400;
const tolerant = createPolicy({ posture: 'tolerant' });

const cases: Case[] = Array.from({ length: REQUESTS }, (_, i) => ({
  id: `case-${i}`,
  tags: [],
  parts: [{ label: 'query', text: `Row ${i}:` }],
}));
const target = (noiseSeed: string, flipRate: number): Target =>
  createNullTarget({
    id: 'noisy',
    lanes: 4,
    modelSeed: 'model',
    logits: false,
    latencyMs: 0,
    flipRate,
    errorRate: 0,
    noiseSeed,
  });
const planInput: PlanInput = {
  cases,
  perturbations: [{ perturbation: repeat as Perturbation<never>, options: { times: 2 } }],
  tokenizer: target('plan', 0).tokenizer,
  // one token an answer, so that the rate of flipped tokens is the rate of flipped outputs
  generation: { maxTokens: 1, temperature: 0, seed: 0, scoreLastPositions: 0 },
  seed: 'noise',
  targetId: 'noisy',
};
const plan = expandPlan(planInput);

/** A run of a served model that flips each output with a chance of its own: planned and executed as every run is. */
async function measured(noiseSeed: string, flipRate: number): Promise<Baseline> {
  const noisy = target(noiseSeed, flipRate);
  const observations: Observation[] = [];
  await executePlan({
    plan,
    target: noisy,
    jobFor: (unit, level) => jobFor(planInput, unit, level),
    precisionModes: [],
    writer: { putBlob: () => undefined, append: (record) => void observations.push(record) },
    clock: fixedClock('2026-11-24T04:00:00.000Z', 1),
    signal: new AbortController().signal,
  });
  const description = await noisy.describe();
  const manifest = { planSha256: plan.planSha256, casesSha256: plan.planSha256, seed: 'noise', target: description };
  return snapshot({ manifest, plan, observations, findings: createFindings() });
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
  it('negative control: against itself it passes 200 times of 200', async () => {
    const bases: Baseline[] = [];
    for (let i = 0; i < 20; i++) bases.push(await measured(`a-${i}`, 0.01));
    const outcomes: string[] = [];
    for (let i = 0; i < 200; i++) outcomes.push(judged(bases[i % 20], await measured(`b-${i}`, 0.01)).outcome);
    expect(outcomes.filter((outcome) => outcome === 'pass')).toHaveLength(200);
  }, 600_000);

  it('flips what it is said to flip', async () => {
    const plain = await measured('none', 0);
    const flipped = await measured('a-0', 0.15);
    const outputs = ({ units }: Baseline) =>
      Object.values(units).map(({ none }) => Object.values(none.requests)[0].text);
    const expected = outputs(plain);
    const changed = outputs(flipped).filter((text, i) => text !== expected[i]).length;
    expect(changed).toBeGreaterThan(0.1 * REQUESTS);
    expect(changed).toBeLessThan(0.2 * REQUESTS);
  });

  it('positive control: a shift to 15 % fails 5 times of 5, and names both rates', async () => {
    const verdicts: Verdict[] = [];
    for (let i = 0; i < 5; i++) verdicts.push(judged(await measured(`a-${i}`, 0.01), await measured(`b-${i}`, 0.15)));
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(new Array(5).fill('fail'));
    const check = verdicts[0].checks.find(({ metric }) => metric === 'tokens differ more than noise')!;
    expect(check.reason).toMatch(/of outputs differ in tokens from the baseline, .* of the baseline's from itself/);
    expect(check.family).toMatchObject({ name: 'determinism' });
  }, 60_000);

  it('decides nothing without repeats on both sides', async () => {
    const { units, ...rest } = await measured('a', 0.01);
    const once = Object.fromEntries(Object.entries(units).map(([id, levels]) => [id, { none: levels.none }]));
    const verdict = judged({ ...rest, units: once }, await measured('b', 0.01));
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
