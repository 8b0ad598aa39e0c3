import { describe, expect, it } from 'vitest';
import type { Findings, Policy } from '../../../harness/schema/index.ts';
import {
  createDeterminismRow,
  createDriftRow,
  createEquality,
  createFindings,
  createLeakageRow,
  createPolicy,
  judgeFindings,
} from '../../support/findings.ts';

const invariantsOf = (findings: Partial<Findings>, policy: Partial<Policy> = {}) =>
  judgeFindings({ findings: createFindings(findings), policy: createPolicy(policy) }).invariants;

describe('what a knob leaves of an output', () => {
  it('is bit-equal with the failure rate that it still allows, by the weakest level', () => {
    const rows = [createDeterminismRow(), createDeterminismRow({ level: 'size-8', bits: createEquality(20, 20) })];
    const [invariant] = invariantsOf({ determinism: rows });
    expect(invariant).toMatchObject({ knob: 'batch-size/ragged', keeps: 'bit-equal', levels: 2, n: 20 });
    expect(invariant.failureRateHigh).toBeCloseTo(1 - 0.05 ** (1 / 20), 10);
    expect(invariant.text).toBe('bit-equal (2 levels, n >= 20, up to 13.9 % may still fail)');
  });

  it('is token-equal when only bits differ or cannot be had, and says which', () => {
    const differ = createDeterminismRow({ bits: createEquality(20, 24) });
    expect(invariantsOf({ determinism: [differ] })[0]).toMatchObject({ keeps: 'token-equal' });
    const none = createDeterminismRow({ bits: { kind: 'unsupported', why: 'no logits' } });
    expect(invariantsOf({ determinism: [none] })[0].text).toContain('bits cannot be had');
  });

  it('changes, or is within bound when the policy has a bound of drift that is kept', () => {
    const row = createDeterminismRow({
      axis: 'precision',
      level: 'bf16',
      promise: 'drift',
      tokens: createEquality(20, 24),
    });
    const findings = { determinism: [row], drift: [createDriftRow()] };
    expect(invariantsOf(findings)[0]).toMatchObject({ keeps: 'changes', text: expect.stringContaining('4 of 24') });
    const within = invariantsOf(findings, { drift: { precision: { klNatsMeanMax: 0.1 } } });
    expect(within[0]).toMatchObject({ keeps: 'within-bound' });
    const broken = invariantsOf(findings, { drift: { precision: { klNatsMeanMax: 0.001 } } });
    expect(broken[0]).toMatchObject({ keeps: 'changes' });
  });

  it('is unverified without the proof that the path ran; a difference that was found stands', () => {
    const evidenceProblem = 'No two requests were ever active together.';
    const row = createDeterminismRow({ evidenceProblem });
    expect(invariantsOf({ determinism: [row] })[0]).toMatchObject({ keeps: 'unverified', failureRateHigh: null });
    const broken = createDeterminismRow({ evidenceProblem, tokens: createEquality(23, 24) });
    expect(invariantsOf({ determinism: [broken] })[0]).toMatchObject({ keeps: 'changes' });
  });

  it('knows content independence from equality', () => {
    expect(invariantsOf({ leakage: [createLeakageRow()] })[0]).toMatchObject({ keeps: 'content-independent', n: 24 });
    const leak = createLeakageRow({ contentDependent: createEquality(23, 24) });
    expect(invariantsOf({ leakage: [leak] })[0]).toMatchObject({ keeps: 'changes' });
  });
});
