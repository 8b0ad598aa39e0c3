import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Findings, Verdict, Waiver } from '../../../harness/schema/index.ts';
import {
  createDeterminismRow,
  createEquality,
  createFindings,
  createLeakageRow,
  createPolicy,
  judgeFindings,
} from '../../support/findings.ts';

const N = 24;
const row = fc.record({ level: fc.constantFrom('size-2', 'size-4', 'size-8'), differing: fc.nat({ max: 3 }) });
const rows = fc.uniqueArray(row, { selector: ({ level }) => level, minLength: 1 });

const findingsOf = (chosen: readonly { level: string; differing: number }[], leaks = 0): Findings =>
  createFindings({
    determinism: chosen.map(({ level, differing }) =>
      createDeterminismRow({ level, bits: createEquality(N - differing, N) }),
    ),
    leakage: [createLeakageRow({ contentDependent: createEquality(N - leaks, N) })],
  });

const RANK: Readonly<Record<Verdict['outcome'], number>> = { pass: 0, inconclusive: 1, incomplete: 2, fail: 3 };

describe('laws of a verdict', () => {
  it('more failures never turn a fail into something better', () => {
    fc.assert(
      fc.property(rows, fc.nat({ max: 2 }), fc.nat({ max: 20 }), (chosen, leaks, more) => {
        const before = judgeFindings({ findings: findingsOf(chosen, leaks) });
        const worse = chosen.map((one, i) => (i === 0 ? { ...one, differing: one.differing + more } : one));
        const after = judgeFindings({ findings: findingsOf(worse, leaks) });
        expect(RANK[after.outcome]).toBeGreaterThanOrEqual(RANK[before.outcome]);
      }),
    );
  });

  it('the order of the rows changes the order of the checks and nothing else', () => {
    fc.assert(
      fc.property(rows, (chosen) => {
        const sorted = (verdict: Verdict): string[] => verdict.checks.map((check) => JSON.stringify(check)).sort();
        const forward = judgeFindings({ findings: findingsOf(chosen) });
        const backward = judgeFindings({ findings: findingsOf([...chosen].reverse()) });
        expect(sorted(backward)).toEqual(sorted(forward));
        expect([backward.outcome, backward.exitCode]).toEqual([forward.outcome, forward.exitCode]);
      }),
    );
  });

  it('is a function of its arguments', () => {
    fc.assert(
      fc.property(rows, (chosen) => {
        const once = judgeFindings({ findings: findingsOf(chosen) });
        expect(judgeFindings({ findings: findingsOf(chosen) })).toEqual(once);
      }),
    );
  });

  it('a waiver changes no outcome of a check, only whether it counts, and nothing after its last day', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (chosen, expired) => {
        const waiver: Waiver = {
          report: 'determinism',
          axis: 'batch-size/ragged',
          owner: 'kim',
          reason: 'known',
          expires: expired ? '2026-11-27' : '2026-11-28',
        };
        const findings = findingsOf(chosen);
        const plain = judgeFindings({ findings });
        const waived = judgeFindings({ findings, policy: createPolicy({ waivers: [waiver] }) });
        expect(waived.checks.map(({ outcome }) => outcome)).toEqual(plain.checks.map(({ outcome }) => outcome));
        expect(waived.outcome).toBe(expired ? plain.outcome : 'pass');
      }),
    );
  });
});

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
