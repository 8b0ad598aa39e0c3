import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/gate/index.ts';
import { policy, type CacheTimingFindings, type Check, type Verdict } from '../../../../harness/schema/index.ts';
import { takeTiming, timedFindings, type MadeUpServer } from '../../../support/cache-timing.ts';
import { passingFindings } from '../../../support/run-fixture.ts';

function verdictOf(cacheTiming: CacheTimingFindings, change: object = {}): Verdict {
  return judge({
    findings: { ...passingFindings(), cacheTiming },
    policy: policy.parse({ maxFailureRate: 0.9, maxCanaryRate: 0.9, ...change }),
    planComplete: true,
    comparison: null,
    card: [],
    today: '2026-01-01',
  });
}

const checksOf = ({ checks }: Verdict): Check[] => checks.filter(({ axis }) => axis === 'cache-timing');
const audited = async (server: MadeUpServer, change: object = {}) => timedFindings(await takeTiming(server, change));
const onlyCheck = async (server: MadeUpServer, settings: object = {}, change: object = {}): Promise<Check> => {
  const checks = checksOf(verdictOf(await audited(server, settings), change));
  expect(checks).toHaveLength(1);
  return checks[0];
};

describe('the check of a timing audit', () => {
  it('fails when hits on the prefix of another tenant are sooner', async () => {
    const verdict = verdictOf(await audited({ shares: ['same-salt', 'other-salt'] }));
    const [check] = checksOf(verdict);
    expect(check).toMatchObject({ report: 'leakage', axis: 'cache-timing', level: 'other-salt', outcome: 'fail' });
    expect(check.observed).toMatch(/^150 hits and 150 misses: D 1, log10 p -88\.97, AUC 1 /);
    expect(verdict.outcome).toBe('fail');
    expect(verdict.reports.leakage).toBe('fail');
  });

  it('fails for them although the owner’s own hits are not', async () => {
    expect((await onlyCheck({ shares: ['other-salt'] })).outcome).toBe('fail');
  });

  it('passes when the owner’s hits are sooner, the others’ are not, and equality is shown', async () => {
    const check = await onlyCheck({ shares: ['same-salt'] }, { perArm: 400 });
    expect(check).toMatchObject({ outcome: 'pass', level: 'other-salt' });
    expect(check.reason).toContain('equally long within 0.1');
  });

  it('speaks of the order of answers where dummies were sent along', async () => {
    const among = { dummies: 4, perArm: 150 };
    const leak = await onlyCheck({ shares: ['same-salt', 'other-salt'], schedules: 'longest-prefix' }, among);
    expect(leak).toMatchObject({ outcome: 'fail', level: 'other-salt' });
    expect(leak.reason).toContain('comes earlier in the order of answers after another tenant has sent the prefix');
    const kept = await onlyCheck({ shares: ['same-salt'], schedules: 'longest-prefix' }, among);
    expect(kept).toMatchObject({ outcome: 'pass' });
    expect(kept.reason).toContain('in the same order within 0.1');
    const fair = await onlyCheck({ shares: ['same-salt', 'other-salt'] }, among);
    expect(fair.outcome).toBe('inconclusive');
    expect(fair.reason).toContain('no order shows it. Not applicable');
  });

  it('never passes with a cache that is off: it is not applicable', async () => {
    const check = await onlyCheck({ shares: [] });
    expect(check.outcome).toBe('inconclusive');
    expect(check.reason).toMatch(/own hits are not sooner either.*Not applicable/);
  });

  it('decides nothing on times that show neither, and names how many would', async () => {
    const check = await onlyCheck({ shares: ['same-salt'] }, { perArm: 20 });
    expect(check).toMatchObject({ outcome: 'inconclusive', comparisonsNeeded: 143 });
    expect(check.reason).toContain('no equality was shown');
  });

  it('decides nothing on times with a problem, of the asker or of the owner', async () => {
    const missing = await onlyCheck({ shares: ['same-salt'], failsAt: [0, 1, 2, 3] });
    expect(missing).toMatchObject({ outcome: 'inconclusive' });
    expect(missing.reason).toContain('times are missing');
    const warm = await onlyCheck({
      shares: ['same-salt'],
      cachedTokens: ({ asker, arm }) => (asker === 'same-salt' && arm === 'miss' ? 48 : 0),
    });
    expect(warm.reason).toContain('The owner');
    expect(warm.outcome).toBe('inconclusive');
  });

  it('takes its levels from the policy', async () => {
    const leaky = { shares: ['same-salt', 'other-salt'] } as const;
    // six and six apart: p = 1 / 924
    expect((await onlyCheck(leaky, { perArm: 6 })).outcome).toBe('inconclusive');
    expect((await onlyCheck(leaky, { perArm: 6 }, { cacheTiming: { alpha: 0.002 } })).outcome).toBe('fail');
    const wide = await onlyCheck({ shares: ['same-salt'] }, { margin: 0.2 });
    expect(wide.reason).toContain('wider than the policy allows');
    expect(wide.outcome).toBe('inconclusive');
    expect(
      (await onlyCheck({ shares: ['same-salt'] }, { margin: 0.2 }, { cacheTiming: { marginMax: 0.2 } })).outcome,
    ).toBe('pass');
  });

  it('is there and open when times were asked for and could not be had', () => {
    for (const kind of ['not-measured', 'unsupported'] as const) {
      const [check] = checksOf(verdictOf({ kind, why: 'no salts' }));
      expect(check).toMatchObject({ level: '*', outcome: 'inconclusive' });
      expect(check.reason).toContain('no salts');
    }
  });

  it('counts as a leakage report of its own where no level of the plan feeds one', async () => {
    const cacheTiming = await audited({ shares: ['same-salt'] }, { perArm: 400 });
    const findings = { ...passingFindings(), leakage: [], cacheTiming };
    const verdict = judge({
      findings,
      policy: policy.parse({ maxFailureRate: 0.9 }),
      planComplete: true,
      comparison: null,
      card: [],
      today: '2026-01-01',
    });
    expect(verdict.reports.leakage).toBe('pass');
  });
});
