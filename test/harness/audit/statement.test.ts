import { describe, expect, it } from 'vitest';
import { testResultOf } from '../../../harness/audit/index.ts';
import { testResultStatement, type Check, type Verdict } from '../../../harness/schema/index.ts';
import { createManifest, createPlan } from '../../support/run-records.ts';
import { judgeFindings, createFindings, createDeterminismRow } from '../../support/findings.ts';

const verdict: Verdict = judgeFindings({ findings: createFindings({ determinism: [createDeterminismRow()] }) });
const manifest = createManifest(createPlan(1), { configGit: { commit: 'c'.repeat(40), dirty: false } });
const withChecks = (outcomes: readonly Partial<Check>[]): Verdict => ({
  ...verdict,
  checks: outcomes.map((change, index) => ({ ...verdict.checks[0], axis: `axis-${index}`, ...change })),
});

describe('the in-toto statement', () => {
  it('is a test result over the target, with what the run was made of and the digests of the bundle', () => {
    const statement = testResultOf(manifest, verdict, 'd'.repeat(64));
    expect(testResultStatement.parse(statement)).toEqual(statement);
    expect(statement.subject).toEqual([{ name: 'target fake', digest: { sha256: manifest.target.fingerprintSha256 } }]);
    const { configuration } = statement.predicate;
    expect(configuration.map(({ name }) => name)).toEqual(['digests.json', 'configuration', 'cases', 'plan', 'git']);
    expect(configuration[0].digest).toEqual({ sha256: 'd'.repeat(64) });
  });

  it('says WARNED where the gate could not decide, and where a failure is waived', () => {
    const { predicate } = testResultOf(
      manifest,
      {
        ...withChecks([
          { outcome: 'pass' },
          { outcome: 'fail' },
          { outcome: 'inconclusive' },
          { outcome: 'fail', waivedBy: 0 },
        ]),
        outcome: 'inconclusive',
      },
      'd',
    );
    expect(predicate.result).toBe('WARNED');
    const axes = (tests: readonly string[]): string[] => tests.map((name) => /axis-\d/.exec(name)?.[0] ?? '');
    expect([predicate.passedTests, predicate.failedTests, predicate.warnedTests].map(axes)).toEqual([
      ['axis-0'],
      ['axis-1'],
      ['axis-2', 'axis-3'],
    ]);
  });
});
