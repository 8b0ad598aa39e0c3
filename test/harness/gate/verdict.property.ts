import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createDeterminismRow,
  createEquality,
  createFindings,
  createPolicy,
  judgeFindings,
} from '../../support/findings.ts';

const outcomeOf = (equal: number, n: number, maxFailureRate: number) =>
  judgeFindings({
    findings: createFindings({ determinism: [createDeterminismRow({ bits: createEquality(equal, n) })] }),
    policy: createPolicy({ maxFailureRate }),
  }).checks[0];

describe('laws of the gate', () => {
  it('fails exactly when there is a difference, and decides with the number of comparisons that it names', () => {
    const counts = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(counts, fc.nat({ max: 3 }), fc.double({ min: 0.01, max: 0.9, noNaN: true }), (n, differ, rate) => {
        const check = outcomeOf(Math.max(0, n - differ), n, rate);
        expect(check.outcome === 'fail').toBe(differ > 0);
        if (check.outcome !== 'inconclusive') return;
        const needed = check.comparisonsNeeded!;
        expect(needed).toBeGreaterThan(n);
        expect(outcomeOf(needed, needed, rate).outcome).toBe('pass');
        expect(outcomeOf(needed - 1, needed - 1, rate).outcome).toBe('inconclusive');
      }),
    );
  });
});
