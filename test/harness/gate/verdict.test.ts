import { describe, expect, it } from 'vitest';
import { verdict as verdictSchema, type Findings, type Policy, type Verdict } from '../../../harness/schema/index.ts';
import { determinismSuite, driftSuite } from '../../../suites/index.ts';
import {
  createDeterminismRow,
  createDriftRow,
  createEquality,
  createFindings,
  createLeakageRow,
  createPolicy,
  judgeFindings,
} from '../../support/findings.ts';
import { createRun, createShelf } from '../../support/observations.ts';

function judgeThese(findings: Partial<Findings>, policy: Partial<Policy> = {}, planComplete = true): Verdict {
  const verdict = judgeFindings({ findings: createFindings(findings), policy: createPolicy(policy), planComplete });
  expect(verdictSchema.parse(verdict)).toEqual(verdict);
  return verdict;
}

const measured = (value: number, low: number | null, high: number | null, n = 10) =>
  ({ kind: 'measured', value, low, high, n }) as const;

describe('the verdict on rows that owe equal bits', () => {
  it('negative control: passes when all bits are equal, and prints the failure rate that it still allows', () => {
    const verdict = judgeThese({ determinism: [createDeterminismRow()] });
    expect(verdict).toMatchObject({
      outcome: 'pass',
      exitCode: 0,
      reports: { determinism: 'pass', leakage: 'not-run' },
    });
    expect(verdict.checks).toMatchObject([
      { metric: 'bits equal', outcome: 'pass', observed: '24 of 24 equal; up to 11.7 % may still fail' },
    ]);
  });

  it('positive control: one flipped bit of a real comparison fails, and the banner names axis and level', () => {
    const shelf = createShelf();
    const request = (caseId: string, logit: number) =>
      shelf.request({ caseId, tokenIds: [1], generated: [[0, logit]] });
    const units = Array.from({ length: 20 }, (_, i) => ({
      levels: {
        none: [request(`case-${i}`, 1)],
        'size-4': [request(`case-${i}`, i === 13 ? 1 + 2 ** -23 : 1)],
      },
    }));
    const run = createRun({ units, loadLogits: shelf.loadLogits });
    const findings = { determinism: determinismSuite.analyse(run), drift: driftSuite.analyse(run) };
    const verdict = judgeThese(findings);
    expect(verdict).toMatchObject({ outcome: 'fail', exitCode: 1, reports: { determinism: 'fail' } });
    expect(verdict.reason).toBe(
      'Determinism on batch-size/ragged, 4 requests, ragged lengths (level size-4): ' +
        '1 of 20 comparisons differ in bits; one is enough to break the promise.',
    );
  });

  it('is inconclusive when too little was compared, and says how many comparisons decide', () => {
    const row = createDeterminismRow({ bits: createEquality(5, 5), tokens: createEquality(5, 5) });
    const verdict = judgeThese({ determinism: [row] });
    expect(verdict).toMatchObject({ outcome: 'inconclusive', exitCode: 0 });
    expect(verdict.checks[0]).toMatchObject({ outcome: 'inconclusive', comparisonsNeeded: 14 });
    expect(verdict.checks[0].reason).toContain('14 comparisons without a difference would decide');
    expect(judgeThese({ determinism: [row] }, { failOnInconclusive: true }).exitCode).toBe(4);
    const enough = createDeterminismRow({ bits: createEquality(14, 14) });
    expect(judgeThese({ determinism: [enough] }).outcome).toBe('pass');
  });

  it('is inconclusive without the proof that the path ran, but a difference that was found still fails', () => {
    const evidenceProblem = 'No two requests were ever active together.';
    const verdict = judgeThese({ determinism: [createDeterminismRow({ evidenceProblem })] });
    expect(verdict.checks[0]).toMatchObject({ outcome: 'inconclusive', comparisonsNeeded: null });
    expect(verdict.reason).toContain(evidenceProblem);
    const row = createDeterminismRow({ evidenceProblem, bits: createEquality(23, 24) });
    expect(judgeThese({ determinism: [row] }).outcome).toBe('fail');
  });

  it('judges tokens where bits cannot be had, and says that this is weak evidence', () => {
    const bits = { kind: 'unsupported', why: 'the server returns no logits' } as const;
    const [check] = judgeThese({ determinism: [createDeterminismRow({ bits })] }).checks;
    expect(check).toMatchObject({ metric: 'tokens equal', outcome: 'pass' });
    expect(check.reason).toContain('(the server returns no logits); equal tokens are weak evidence');
    const text = createDeterminismRow({ bits, tokens: createEquality(0, 0) });
    expect(judgeThese({ determinism: [text] }).checks[0]).toMatchObject({ metric: 'text equal', outcome: 'pass' });
  });

  it('accepts other bits when the policy asks for tokens only', () => {
    const row = createDeterminismRow({ bits: createEquality(3, 24) });
    expect(judgeThese({ determinism: [row] }, { require: 'tokens' }).outcome).toBe('pass');
    expect(judgeThese({ determinism: [row] }).outcome).toBe('fail');
  });

  it('fails other tokens from equal bits: a sampler can be at fault alone', () => {
    const row = createDeterminismRow({ tokens: createEquality(23, 24) });
    expect(judgeThese({ determinism: [row] }).checks[0]).toMatchObject({ metric: 'tokens equal', outcome: 'fail' });
  });

  it('is inconclusive where nothing was compared', () => {
    const none = createEquality(0, 0);
    const row = createDeterminismRow({ bits: { kind: 'not-measured', why: 'x' }, tokens: none, text: none });
    expect(judgeThese({ determinism: [row] }).checks[0]).toMatchObject({
      outcome: 'inconclusive',
      observed: 'nothing compared',
      comparisonsNeeded: 14,
    });
  });

  it('never passes a failure rate of zero: no number of comparisons shows it', () => {
    const [check] = judgeThese({ determinism: [createDeterminismRow()] }, { maxFailureRate: 0 }).checks;
    expect(check).toMatchObject({ outcome: 'inconclusive', comparisonsNeeded: null });
  });

  it('does not judge a level that owes nothing', () => {
    const row = createDeterminismRow({ promise: 'drift', bits: createEquality(0, 24) });
    expect(judgeThese({ determinism: [row] }).checks).toEqual([]);
  });
});

describe('the verdict on drift', () => {
  const bound = { drift: { precision: { klNatsMeanMax: 0.005 } } };

  it('has no check without a bound, and does not call a run passed in which nothing was judged', () => {
    const verdict = judgeThese({ drift: [createDriftRow()] });
    expect(verdict).toMatchObject({ checks: [], outcome: 'inconclusive', exitCode: 0 });
    expect(verdict.reason).toBe('Nothing was judged: the policy has no bound for the 1 row measured.');
    const withOthers = judgeThese({ drift: [createDriftRow()], determinism: [createDeterminismRow()] });
    expect(withOthers).toMatchObject({ outcome: 'pass', reports: { drift: 'pass' } });
  });

  it.each([
    ['pass', measured(0.004, 0.003, 0.005)],
    ['fail', measured(0.007, 0.006, 0.008)],
    ['inconclusive', measured(0.004, 0.003, 0.006)],
  ] as const)('is %s by the place of the interval', (outcome, klNatsMean) => {
    expect(judgeThese({ drift: [createDriftRow({ klNatsMean })] }, bound).checks).toMatchObject([
      { report: 'drift', metric: 'klNatsMean', outcome, rule: 'mean KL in nats <= 0.005' },
    ]);
  });

  it('plans the cases that would decide: half the distance needs four times as many', () => {
    const row = createDriftRow({ klNatsMean: measured(0.004, 0.002, 0.006) });
    expect(judgeThese({ drift: [row] }, bound).checks[0]).toMatchObject({ comparisonsNeeded: 40 });
  });

  it('needs two cases for an interval, and does not judge a value without one', () => {
    const row = createDriftRow({ klNatsMean: measured(0.001, null, null, 1) });
    const [check] = judgeThese({ drift: [row] }, bound).checks;
    expect(check).toMatchObject({ outcome: 'inconclusive', comparisonsNeeded: 2 });
  });

  it('keeps not supported and not measured apart, and passes neither', () => {
    for (const [kind, observed] of [
      ['unsupported', 'not supported by this target'],
      ['not-measured', 'not measured'],
    ] as const) {
      const row = createDriftRow({ klNatsMean: { kind, why: 'because' } });
      expect(judgeThese({ drift: [row] }, bound).checks[0]).toMatchObject({ outcome: 'inconclusive', observed });
    }
  });

  it('prefers the bound of the level value by value, and checks the same-top share from below', () => {
    const drift = {
      precision: { klNatsMeanMax: 0.005, sameTopShareMin: 0.5 },
      'precision:bf16': { sameTopShareMin: 0.96 },
    };
    const [kl, check, ...others] = judgeThese({ drift: [createDriftRow()] }, { drift }).checks;
    expect(others).toEqual([]);
    expect(kl).toMatchObject({ metric: 'klNatsMean', outcome: 'pass' });
    expect(check).toMatchObject({ metric: 'sameTopShare', outcome: 'inconclusive' });
    const loose = { 'precision:bf16': { sameTopShareMin: 0.95 } };
    expect(judgeThese({ drift: [createDriftRow()] }, { drift: loose }).outcome).toBe('pass');
    const tight = { 'precision:bf16': { sameTopShareMin: 0.995 } };
    expect(judgeThese({ drift: [createDriftRow()] }, { drift: tight }).outcome).toBe('fail');
  });
});

describe('the verdict on shared prefixes', () => {
  const prefixes = (shared: number, n = 24) => ({
    requests: n,
    shared,
    cachedTokens: shared * 64,
    failureRateHigh: createEquality(n - shared, n).failureRateHigh,
  });
  const canaries = { outputs: 0, planted: 0, foreign: 0, failureRateHigh: null };
  const judged = (change: Parameters<typeof createLeakageRow>[0]): Verdict =>
    judgeThese({ leakage: [createLeakageRow({ canaries, ...change })] });

  it('negative control: passes where nothing came from the cache of others', () => {
    const verdict = judged({ sharedPrefix: prefixes(0) });
    expect(verdict.checks.map(({ metric, outcome }) => [metric, outcome])).toEqual([
      ['content independence', 'pass'],
      ['prefix isolation', 'pass'],
    ]);
  });

  it('positive control: fails on one request, whatever its output says', () => {
    const verdict = judged({ sharedPrefix: prefixes(1) });
    expect(verdict).toMatchObject({ outcome: 'fail', exitCode: 1 });
    const check = verdict.checks.find(({ metric }) => metric === 'prefix isolation');
    expect(check).toMatchObject({
      outcome: 'fail',
      observed: '1 of 24 requests got 64 tokens from the cache of others',
    });
  });

  it('is inconclusive, and no pass, with a cache that is off or counts that are not told', () => {
    const off = judged({
      sharedPrefix: prefixes(0),
      evidenceProblem: 'with the cache off isolation is not applicable',
    });
    expect(off.outcome).toBe('inconclusive');
    const untold = { requests: 0, shared: 0, cachedTokens: 0, failureRateHigh: null };
    expect(judged({ sharedPrefix: untold }).outcome).toBe('inconclusive');
  });
});

describe('the verdict on what a request leaves behind', () => {
  const clean = { patterns: 9, foundBefore: 4, found: 0, bytes: 5000, filesBefore: 3, filesReadable: 0, filesLeft: 0 };
  const judged = (change: Partial<typeof clean>) =>
    judgeThese({ leakage: [createLeakageRow({ residue: { ...clean, ...change } })] }).checks.flatMap(
      ({ metric, outcome }) => (/residue|spill/.test(metric) ? [outcome] : []),
    );

  it('passes where the search found everything before and nothing after', () => {
    expect(judged({})).toEqual(['pass', 'pass']);
  });

  it('fails on one match, one readable file, or one file that is left', () => {
    expect(judged({ found: 1 })).toEqual(['fail', 'pass']);
    expect(judged({ filesReadable: 1 })).toEqual(['pass', 'fail']);
    expect(judged({ filesLeft: 1 })).toEqual(['pass', 'fail']);
  });

  it('is inconclusive where the search has found nothing at all, or no page went to a file', () => {
    expect(judged({ foundBefore: 0 })).toEqual(['inconclusive', 'pass']);
    expect(judged({ filesBefore: 0 })).toEqual(['pass', 'inconclusive']);
  });
});

describe('the verdict on what is shown beside answers', () => {
  const clean = { bodies: 60, errors: 32, routes: 12, unanswered: 0, planted: 18, plantedFound: 18, found: 0 };
  const judged = (change: Partial<typeof clean>) =>
    judgeThese({ leakage: [createLeakageRow({ sideChannels: { ...clean, ...change } })] }).checks.find(
      ({ metric }) => metric === 'side channels',
    );

  it('passes where errors were read and all planted canaries were found', () => {
    expect(judged({})).toMatchObject({ outcome: 'pass' });
  });

  it('fails on one body, whatever else is missing', () => {
    expect(judged({ found: 1, plantedFound: 17 })).toMatchObject({
      outcome: 'fail',
      observed: '1 of 60 bodies hold a canary of others; 32 are errors',
    });
  });

  it('is inconclusive where the search misses a planted one, has none, or has read no error', () => {
    expect(judged({ plantedFound: 17 })?.reason).toContain('17 of 18 planted');
    for (const change of [{ plantedFound: 17 }, { planted: 0, plantedFound: 0 }, { errors: 0 }])
      expect(judged(change)?.outcome).toBe('inconclusive');
  });
});

describe('the verdict on what an owner left before a restart', () => {
  const judged = (found: number, keptWritten: number): Verdict =>
    judgeThese({ leakage: [createLeakageRow({ ownPrefix: { requests: 2, found }, evidence: { keptWritten } })] });
  const outcomeOf = ({ checks }: Verdict) => checks.find(({ metric }) => metric === 'own prefix kept')?.outcome;

  it('fails on one owner who does not find what was kept, and passes where all do', () => {
    expect(outcomeOf(judged(1, 9))).toBe('fail');
    expect(outcomeOf(judged(2, 9))).toBe('pass');
  });

  it('is inconclusive where nothing was kept', () => {
    expect(outcomeOf(judged(0, 0))).toBe('inconclusive');
  });
});

describe('the verdict on cross-request leakage', () => {
  it('passes without a dependence and without a foreign canary', () => {
    const verdict = judgeThese({ leakage: [createLeakageRow()] });
    expect(verdict).toMatchObject({ outcome: 'pass', reports: { leakage: 'pass' } });
    expect(verdict.checks.map(({ metric }) => metric)).toEqual(['content independence', 'foreign canaries']);
  });

  it('fails on one dependence, in bits or in tokens', () => {
    const row = createLeakageRow({ contentDependent: createEquality(23, 24), tokenDependent: 0 });
    const verdict = judgeThese({ leakage: [row] });
    expect(verdict).toMatchObject({ outcome: 'fail', exitCode: 1 });
    expect(verdict.reason).toContain(
      'Cross-request leakage on content-swap, other content, same lengths (level swapped)',
    );
    expect(verdict.reason).toContain('0 of them differ in tokens.');
  });

  it('fails on one foreign canary', () => {
    const canaries = { outputs: 96, planted: 48, foreign: 1, failureRateHigh: 0.05 };
    const verdict = judgeThese({ leakage: [createLeakageRow({ canaries })] });
    expect(verdict.checks[1]).toMatchObject({
      outcome: 'fail',
      reason: '1 of 96 outputs hold the canary of another request; one is a leak.',
    });
  });

  it('makes no statement about canaries where none were planted', () => {
    const canaries = { outputs: 0, planted: 0, foreign: 0, failureRateHigh: null };
    expect(judgeThese({ leakage: [createLeakageRow({ canaries })] }).checks).toHaveLength(1);
  });
});

describe('the verdict on a run with units that the target does not support', () => {
  const unsupported = [{ unitId: 'u-00000000000000ab', why: 'level bf16 needs precision bf16; the target has none' }];

  it('passes on the others, and names what was left out', () => {
    const verdict = judgeThese({ determinism: [createDeterminismRow()], unsupported, unitsObserved: 3 });
    expect(verdict).toMatchObject({ outcome: 'pass', exitCode: 0 });
    expect(verdict.reason).toContain('1 unit not supported by the target, first u-00000000000000ab: level bf16 needs');
  });

  it('is still incomplete when another unit is missing', () => {
    const verdict = judgeThese({ determinism: [createDeterminismRow()], unsupported, unitsObserved: 2 });
    expect(verdict).toMatchObject({ outcome: 'incomplete', exitCode: 3 });
  });
});

describe('the verdict on a run with missing units', () => {
  const missing = [{ unitId: 'u-00000000000000aa', why: 'the server closed the connection' }];

  it('is incomplete, exit 3, and names the first missing unit', () => {
    const verdict = judgeThese({ determinism: [createDeterminismRow()], missing, unitsObserved: 3 });
    expect(verdict).toMatchObject({ outcome: 'incomplete', exitCode: 3, reports: { determinism: 'incomplete' } });
    expect(verdict.reason).toContain('1 of 4 units missing, first u-00000000000000aa: the server closed');
  });

  it('is a failure when a counterexample was found: it stands, and the banner names what is missing', () => {
    const row = createDeterminismRow({ bits: createEquality(23, 24) });
    const verdict = judgeThese({ determinism: [row], missing, unitsObserved: 3 });
    expect(verdict).toMatchObject({ outcome: 'fail', exitCode: 1 });
    expect(verdict.reason).toContain('1 of 4 units missing');
  });

  it('is incomplete for a part of a plan, and for a run without rows', () => {
    const part = judgeThese({ determinism: [createDeterminismRow()] }, {}, false);
    expect(part).toMatchObject({ outcome: 'incomplete', exitCode: 3 });
    expect(part.reason).toContain('Only a part of the plan was judged.');
    const empty = judgeThese({ unitsObserved: 0 });
    expect(empty).toMatchObject({ outcome: 'incomplete', reports: { determinism: 'not-run' } });
  });

  it('lets a failure hide an undecided check of another report', () => {
    const verdict = judgeThese({
      determinism: [createDeterminismRow({ bits: createEquality(2, 2) })],
      leakage: [createLeakageRow({ contentDependent: createEquality(1, 2) })],
    });
    expect(verdict).toMatchObject({ outcome: 'fail', reports: { determinism: 'inconclusive', leakage: 'fail' } });
  });
});
