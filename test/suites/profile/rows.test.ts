import { describe, expect, it } from 'vitest';
import { profileFindings as profileFindingsSchema } from '../../../harness/schema/index.ts';
import { profileFindings } from '../../../suites/profile/index.ts';
import { CLOCK_STEP_MS, profiled, takeProfile, type MadeUpTarget } from '../../support/profile.ts';

const LENGTHS = [64, 128, 256, 512];
/** 2 ms, and 0.25 ms a token; 0.5 ms a token, and 1/1024 ms for each token of context. */
const steady: MadeUpTarget = {
  firstTokenMs: (_job, tokens) => 2 + 0.25 * tokens,
  tokenMs: (_job, tokens) => 0.5 + tokens / 1024,
};

describe('the findings of a profile', () => {
  it('recover a planted slope exactly, and medians and bytes with it', async () => {
    const found = profiled(await takeProfile({ contextLengths: LENGTHS }, steady));
    expect(profileFindingsSchema.parse(found)).toEqual(found);
    const [curve] = found.curves;
    expect(curve.firstTokenSlopeMs).toMatchObject({ kind: 'measured', value: 0.25, low: 0.25, high: 0.25, n: 7 });
    expect(curve.tokenSlopeMs).toMatchObject({ kind: 'measured', value: 1 / 1024 });
    const [, row] = found.rows;
    expect(row.firstTokenMs).toMatchObject({ median: { value: 34, low: 34, high: 34, n: 7 }, least: 34, most: 34 });
    expect(row.tokenMs.median).toMatchObject({ value: 0.625 });
    expect(row.heldBytesPerToken).toMatchObject({ value: (1000 + 4 * 128) / 128, low: (1000 + 4 * 128) / 128 });
    expect(row.readBytesPerToken).toMatchObject({ value: 640 / 7 });
    expect(row.problem).toBeNull();
    expect(found.clockResolutionMs).toBeCloseTo(CLOCK_STEP_MS, 9);
  });

  it('find the slope of a machine that gets slower all the while, since every round has all lengths', async () => {
    let calls = 0;
    const slowing: MadeUpTarget = { ...steady, firstTokenMs: (_job, tokens) => 2 + 0.25 * tokens + 0.01 * calls++ };
    const [curve] = profiled(await takeProfile({ contextLengths: LENGTHS, repeats: 15 }, slowing)).curves;
    expect(curve.firstTokenSlopeMs.kind === 'measured' && curve.firstTokenSlopeMs.value).toBeCloseTo(0.25, 3);
  });

  it('show one cell that is slower than its neighbours, and that one alone', async () => {
    const slow: MadeUpTarget = {
      ...steady,
      firstTokenMs: (job, tokens) => (2 + 0.25 * tokens) * (job.levelId === 'bf16-b2-none-c128' ? 1.5 : 1),
    };
    const settings = { contextLengths: LENGTHS, precisions: ['f32', 'bf16'], batches: [1, 2] };
    const plain = profiled(await takeProfile(settings, steady)).rows;
    const rows = profiled(await takeProfile(settings, slow)).rows;
    const slower = rows.filter(({ firstTokenMs: { median } }, index) => {
      const before = plain[index].firstTokenMs.median;
      return median.kind === 'measured' && before.kind === 'measured' && (median.low ?? 0) > (before.high ?? 0);
    });
    expect(slower.map(({ id }) => id)).toEqual(['bf16-b2-none-c128']);
  });

  it('keep an outlier in the extremes, where it moves no median, and leave warm-up out', async () => {
    const profile = await takeProfile({ contextLengths: [64], warmups: 2 }, steady);
    const late = profile.samples.map((sample, index) => {
      if (sample.result.kind !== 'timed' || (index !== 0 && index !== 4)) return sample;
      const requests = sample.result.requests.map((one) => ({ ...one, pieceMs: one.pieceMs.map((ms) => ms + 1000) }));
      return { ...sample, result: { ...sample.result, requests } };
    });
    const [{ firstTokenMs }] = profiled({ ...profile, samples: late }).rows;
    expect(firstTokenMs).toMatchObject({ median: { value: 18, low: 18, n: 7 }, least: 18, most: 1018 });
  });

  it('say why a cell that was not exercised is none, and keep it out of the slope', async () => {
    const settings = { contextLengths: [64, 128], tiers: ['none', 'warm'] };
    const found = profiled(await takeProfile(settings, { ...steady, counters: { promotions: 0 } }));
    const warm = found.rows.filter(({ tier }) => tier === 'warm');
    expect(warm.map(({ problem }) => problem)).toEqual([expect.stringContaining('promotions is 0'), expect.anything()]);
    expect(found.curves.map(({ firstTokenSlopeMs }) => firstTokenSlopeMs.kind)).toEqual(['measured', 'not-measured']);
  });

  it('tell unsupported, not measured, and below the clock apart', async () => {
    const profile = await takeProfile(
      { contextLengths: [64, 128], precisions: ['f32', 'w8a8'] },
      { ...steady, tokenMs: () => CLOCK_STEP_MS / 4 },
    );
    const [f32, , w8a8] = profiled(profile).rows;
    expect(w8a8.firstTokenMs.median).toEqual({ kind: 'unsupported', why: expect.stringContaining('w8a8') });
    expect(f32.tokenMs.median).toEqual({ kind: 'not-measured', why: expect.stringContaining('one step of the clock') });
    const failed = profile.samples.map((sample) => ({ ...sample, result: { kind: 'error' as const, why: 'gone' } }));
    const [row] = profiled({ ...profile, samples: failed }).rows;
    expect(row.firstTokenMs.median).toEqual({ kind: 'not-measured', why: expect.stringContaining('gone') });
    expect(
      profileFindings({ ...profile, unsupported: profile.cells.map(({ id }) => ({ cellId: id, why: 'no' })) }),
    ).toEqual({ kind: 'unsupported', why: 'no' });
  });
});
