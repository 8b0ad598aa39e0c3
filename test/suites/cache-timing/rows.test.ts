import { describe, expect, it } from 'vitest';
import { cacheTimingFindings } from '../../../suites/cache-timing/index.ts';
import { takeTiming, timedFindings } from '../../support/cache-timing.ts';

describe('rows of the timing audit', () => {
  it('tell a cache that is shared by its hits, for each who asks', async () => {
    const { rows } = timedFindings(
      await takeTiming({ shares: ['same-salt', 'no-salt'] }, { askers: ['other-salt', 'no-salt'] }),
    );
    expect(rows.map(({ level, label }) => [level, label])).toEqual([
      ['same-salt', 'the owner itself'],
      ['other-salt', 'another salt'],
      ['no-salt', 'no salt'],
    ]);
    const [own, other, none] = rows;
    // all hits before all misses: p = 1 / C(300, 150), ln of which is -205.2 by Stirling's series
    expect(own.test?.statistic).toBe(1);
    expect(own.test?.log10P).toBeCloseTo(-88.97, 2);
    expect(own.auc).toEqual({ kind: 'measured', value: 1, low: 1, high: 1, n: 150 });
    expect(none.auc).toEqual(own.auc);
    expect(own.equivalence).toEqual({ margin: 0.1, pValue: 1 });
    expect(other.test?.log10P).toBeGreaterThan(-4);
    expect(other.equivalence?.pValue).toBeLessThan(0.05);
    expect(rows.every(({ problem }) => problem === null)).toBe(true);
  });

  it('keep median and quantiles of each arm, all times where they are few', async () => {
    const many = timedFindings(await takeTiming({ shares: ['same-salt'] })).rows[0];
    expect(many.hits.n).toBe(150);
    expect(many.hits.pointsMs).toHaveLength(64);
    expect(many.hits.medianMs).toBeGreaterThan(20);
    expect(many.hits.medianMs).toBeLessThan(30);
    expect([...many.misses.pointsMs]).toEqual(many.misses.pointsMs.toSorted((a, b) => a - b));
    const record = await takeTiming({ shares: [] }, { perArm: 5 });
    const few = timedFindings(record).rows[1];
    const taken = record.samples.flatMap(({ asker, arm, result }) =>
      asker === 'other-salt' && arm === 'miss' && result.kind === 'timed' ? [result.firstTokenMs] : [],
    );
    expect(few.misses.pointsMs).toEqual(taken.toSorted((a, b) => a - b));
  });

  it('count what the target itself tells as cached, and name misses that are none', async () => {
    const told = timedFindings(
      await takeTiming({
        shares: ['same-salt'],
        cachedTokens: ({ asker, arm }) => (asker === 'same-salt' && arm === 'hit' ? 48 : 1),
      }),
    );
    expect(told.rows.map(({ hits, misses }) => [hits.toldCached, misses.toldCached])).toEqual([
      [150, 0],
      [0, 0],
    ]);
    expect(told.rows[1].problem).toBeNull();
    const warm = timedFindings(await takeTiming({ shares: [], cachedTokens: () => 48 }));
    expect(warm.rows[1].problem).toBe('150 of 150 prompts that nobody had sent came from the cache');
    expect(timedFindings(await takeTiming({ shares: [] })).rows[0].hits.toldCached).toBeNull();
  });

  it('compare places where dummies were sent along: a scheduler by longest prefix is told, one by arrival is not', async () => {
    const among = { dummies: 4, perArm: 60 };
    const found = timedFindings(await takeTiming({ shares: ['same-salt'], schedules: 'longest-prefix' }, among));
    expect(found.dummies).toBe(4);
    const [own, other] = found.rows;
    expect(own.hits.places).toMatchObject({ median: 1 });
    expect(new Set(own.hits.places?.points)).toEqual(new Set([1]));
    // a miss keeps the place in which it was sent, drawn among five
    expect(own.misses.places?.points).toHaveLength(60);
    expect(new Set(own.misses.places?.points)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(own.test?.log10P).toBeLessThan(-8);
    expect(other.auc).toMatchObject({ value: 0.5 });
    expect(other.test?.log10P).toBeCloseTo(0, 9);
    const fair = timedFindings(await takeTiming({ shares: ['same-salt', 'other-salt'] }, among));
    expect(fair.rows.map(({ auc }) => (auc.kind === 'measured' ? auc.value : auc.kind))).toEqual([0.5, 0.5]);
  });

  it('hold no places of requests that were sent alone', async () => {
    const alone = timedFindings(await takeTiming({ shares: ['same-salt'] }));
    expect(alone.dummies).toBeUndefined();
    expect(alone.rows[0].hits.places).toBeUndefined();
  });

  it('name times that are missing, with the first reason', async () => {
    const { rows } = timedFindings(await takeTiming({ shares: [], failsAt: [0, 1, 2, 3] }, { perArm: 6 }));
    expect(rows.map(({ problem }) => problem)).toEqual([
      '1 of 6 times are missing: RangeError: gone',
      '1 of 6 times are missing: RangeError: gone',
    ]);
    expect(rows[0].hits.n).toBe(5);
  });

  it('have no test where there are no times, and say so', async () => {
    const all = Array.from({ length: 16 }, (_, at) => at);
    const [, row] = timedFindings(await takeTiming({ shares: [], failsAt: all }, { perArm: 4 })).rows;
    expect(row).toMatchObject({ test: null, equivalence: null, auc: { kind: 'not-measured' } });
    expect(row.hits).toEqual({ n: 0, medianMs: null, pointsMs: [], toldCached: null });
  });

  it('name times below one step of the clock', async () => {
    const record = await takeTiming({ shares: [], missMs: 0, noiseMs: 0 });
    expect(timedFindings({ ...record, clockResolutionMs: 1 }).rows[1].problem).toMatch(
      /less than one step of the clock, 1 ms/,
    );
  });

  it('are not there for a target that knows no salts', async () => {
    expect(cacheTimingFindings(await takeTiming({ shares: [], knobs: [] }))).toEqual({
      kind: 'unsupported',
      why: 'sets cacheSalt; the target cannot',
    });
  });
});
