/**
 * The in-toto statement of a run: what was tested, with which configuration, and how each check ended.
 *
 * A check that could not decide, or a run that is not complete, is WARNED: neither PASSED nor FAILED would be true.
 * @module
 */
import type {
  Check,
  Manifest,
  ResourceDescriptor,
  TestResultStatement,
  Verdict,
  VerdictOutcome,
} from '../schema/index.ts';

const RESULT: Readonly<Record<VerdictOutcome, TestResultStatement['predicate']['result']>> = {
  pass: 'PASSED',
  fail: 'FAILED',
  inconclusive: 'WARNED',
  incomplete: 'WARNED',
};

/** @param digestsSha256 - of `digests.json`: through it the statement covers every file of the bundle */
export function testResultOf(manifest: Manifest, verdict: Verdict, digestsSha256: string): TestResultStatement {
  const named = (wanted: readonly VerdictOutcome[]): string[] =>
    verdict.checks.filter((check) => wanted.includes(countedOutcome(check))).map(nameOf);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: `target ${manifest.target.id}`, digest: { sha256: manifest.target.fingerprintSha256 } }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: RESULT[verdict.outcome],
      configuration: configurationOf(manifest, digestsSha256),
      passedTests: named(['pass']),
      warnedTests: named(['inconclusive', 'incomplete']),
      failedTests: named(['fail']),
    },
  };
}

/** A waived failure is not counted by the gate; it is told as a warning, never as passed. */
function countedOutcome({ outcome, waivedBy }: Check): VerdictOutcome {
  return waivedBy !== null && outcome === 'fail' ? 'inconclusive' : outcome;
}

function nameOf({ report, axis, level, metric }: Check): string {
  return `${report}: ${axis} / ${level}: ${metric}`;
}

function configurationOf(manifest: Manifest, digestsSha256: string): ResourceDescriptor[] {
  const { configSha256, casesSha256, planSha256, configGit } = manifest;
  return [
    { name: 'digests.json', digest: { sha256: digestsSha256 } },
    { name: 'configuration', digest: { sha256: configSha256 } },
    { name: 'cases', digest: { sha256: casesSha256 } },
    { name: 'plan', digest: { sha256: planSha256 } },
    ...(configGit === null ? [] : [{ name: 'git', digest: { gitCommit: configGit.commit } }]),
  ];
}
