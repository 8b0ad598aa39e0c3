import { describe, expect, it } from 'vitest';
import type { Check } from '../../../harness/schema/index.ts';
import { CheckError, failed, undecided } from '../../../harness/vitest/judgement.ts';

const check = (outcome: Check['outcome'], waivedBy: number | null = null): Check => ({
  report: 'determinism',
  axis: 'batch-size',
  level: 'size-2',
  metric: 'failureRate',
  rule: 'bits equal, failure rate <= 0.2',
  observed: '3 of 4 equal',
  outcome,
  reason: 'One differs.',
  comparisonsNeeded: null,
  family: null,
  waivedBy,
});

describe('what the gate says, as tests', () => {
  it('fails on a failure and on what did not run, and not on a waived failure', () => {
    const checks = [check('pass'), check('fail'), check('incomplete'), check('fail', 0), check('inconclusive')];
    expect(failed(checks).map(({ outcome }) => outcome)).toEqual(['fail', 'incomplete']);
    expect(undecided(checks)).toHaveLength(1);
  });

  it('speaks in the words of the check', () => {
    expect(new CheckError([check('fail')]).message).toBe(
      'fail: determinism, batch-size, size-2: bits equal, failure rate <= 0.2\n  observed: 3 of 4 equal\n  One differs.',
    );
  });
});
