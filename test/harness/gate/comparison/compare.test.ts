import { describe, expect, it } from 'vitest';
import { compare } from '../../../../harness/gate/index.ts';
import { createRng, DataError } from '../../../../harness/ports/index.ts';
import { comparison as comparisonSchema, type Baseline } from '../../../../harness/schema/index.ts';
import { createBaseline, createEffect } from '../../../support/baselines.ts';
import { createFindings, createPolicy, judgeFindings } from '../../../support/findings.ts';

const compared = (base: Baseline, head: Baseline) => {
  const comparison = compare({
    base: { name: 'main', baseline: base },
    head: { name: 'run one', baseline: head },
    rng: createRng('test'),
  });
  return comparisonSchema.parse(comparison);
};

const judged = (base: Baseline, head: Baseline, policy = createPolicy()) =>
  judgeFindings({ findings: createFindings(), policy, comparison: compared(base, head) });

const cases = (values: readonly number[]) =>
  Object.fromEntries(values.map((value, i) => [`case-${i}`, value] as const));

describe('a comparison of outputs', () => {
  it('negative control: equal results differ in nothing, and pass', () => {
    const base = createBaseline({ requests: 20 });
    const verdict = judged(base, createBaseline({ requests: 20 }));
    expect(verdict).toMatchObject({ outcome: 'pass', baseline: 'pass', exitCode: 0 });
    expect(verdict.checks.map(({ metric }) => metric)).toEqual(['units of the baseline', 'bits as in the baseline']);
  });

  it('positive control: one other output of 20 fails, and is named', () => {
    const base = createBaseline({ requests: 20 });
    const verdict = judged(base, createBaseline({ requests: 20, changed: [13] }));
    expect(verdict).toMatchObject({ outcome: 'fail', baseline: 'fail', exitCode: 1 });
    expect(verdict.checks[1].reason).toContain('1 of 20 outputs differ in bits from the baseline');
    expect(verdict.checks[1].reason).toContain('u-0000000000000013 r13 at none');
  });

  it('lets outputs change when the policy says so', () => {
    const policy = createPolicy();
    const free = { ...policy, baseline: { ...policy.baseline, outputs: 'none' as const } };
    const verdict = judged(createBaseline({ requests: 20 }), createBaseline({ requests: 20, changed: [13] }), free);
    expect(verdict.outcome).toBe('pass');
  });

  it('is incomplete when units of the baseline were not measured, and compares the rest', () => {
    const verdict = judged(createBaseline({ requests: 20 }), createBaseline({ requests: 18 }));
    expect(verdict).toMatchObject({ outcome: 'incomplete', exitCode: 3 });
    expect(verdict.reason).toContain('2 of 20 units of main were not measured, first u-0000000000000018');
    const policy = createPolicy();
    const partial = { ...policy, baseline: { ...policy.baseline, allowPartial: true } };
    expect(judged(createBaseline({ requests: 20 }), createBaseline({ requests: 18 }), partial).outcome).toBe('pass');
  });

  it.each([
    ['profile', { profiled: true }],
    ['timing audit', { timed: true }],
  ] as const)('names a %s as not compared, and judges as without it', (what, change) => {
    const plain = createBaseline({ requests: 20 });
    const profiled: Baseline = { ...createBaseline({ requests: 20 }), ...change };
    expect(compared(plain, profiled).notComparable).toEqual([expect.stringContaining(`the ${what} of run one: times`)]);
    expect(compared(profiled, profiled).notComparable).toEqual([expect.stringContaining('of main and of run one')]);
    expect(judged(plain, profiled)).toEqual(judged(plain, plain));
  });

  it('says what cannot be compared, and refuses when that is everything', () => {
    const { notComparable, units } = compared(createBaseline({ requests: 2 }), createBaseline({ requests: 5 }));
    expect(notComparable).toEqual(['3 units of run one not in main']);
    expect(units.onlyHead).toHaveLength(3);
    const other = createBaseline({ requests: 2, firstUnit: 50, seed: 'other' });
    expect(() => compared(createBaseline({ requests: 2 }), other)).toThrow(DataError);
    expect(() => compared(createBaseline({ requests: 2 }), other)).toThrow(
      /none the same.*the seed \(evenkeel, other\)/,
    );
  });

  it('names what of the target has changed', () => {
    const card = { checkpoint: 'aa', kernels: 'wasm' };
    const base = createBaseline({ requests: 2, card });
    const head = createBaseline({ requests: 2, card: { ...card, checkpoint: 'bb', threads: '2' }, fingerprint: 'f' });
    expect(compared(base, head).targetChanges).toEqual([
      { name: 'checkpoint', base: 'aa', head: 'bb' },
      { name: 'threads', base: null, head: '2' },
    ]);
  });
});

describe('a comparison of effects', () => {
  // Equal outputs give equal effects and are not tested: the head's output is another one.
  const withKl = (values: readonly number[], isHead = false) =>
    createBaseline({
      requests: 1,
      changed: isHead ? [0] : [],
      effects: [createEffect({ metric: 'klNatsMean', values: cases(values) })],
    });
  const klCheck = (before: readonly number[], after: readonly number[]) =>
    judged(withKl(before), withKl(after, true)).checks.find(({ metric }) => metric === 'klNatsMean (drift)')!;
  const flat = Array.from({ length: 20 }, (_, i) => 0.01 + i * 1e-4);

  it('is paired: a small rise of every case is seen although the cases differ far more among themselves', () => {
    const spread = Array.from({ length: 20 }, (_, i) => i * 0.05);
    const check = klCheck(
      spread,
      spread.map((value, i) => value + 0.01 + (i % 3) * 0.001),
    );
    expect(check).toMatchObject({ outcome: 'fail', family: { name: 'drift' } });
    expect(check.reason).toMatch(/^Regressed: /);
    expect(check.family!.adjusted).toBeLessThan(0.001);
  });

  it('calls a fall improved, nothing within noise, and a rise below the margin no failure', () => {
    expect(
      klCheck(
        flat,
        flat.map((value) => value / 2),
      ).reason,
    ).toMatch(/^Improved/);
    expect(klCheck(flat, flat)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(/^Change within noise/),
    });
    const noisy = flat.map((value, i) => value + (i % 2 === 0 ? 1 : -1) * 0.002);
    expect(klCheck(flat, noisy)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(/^No change detected/),
    });
  });

  it('is inconclusive where the interval is wide, and says how many cases would decide', () => {
    const wild = flat.map((value, i) => value + (i % 2 === 0 ? 1 : -1) * 0.05);
    const check = klCheck(flat, wild);
    expect(check.outcome).toBe('inconclusive');
    expect(check.comparisonsNeeded).toBeGreaterThan(20);
  });

  it('does not believe that a share cannot change because 20 cases did not', () => {
    const share = (values: readonly number[], promise: 'bit-equal' | 'drift' = 'bit-equal') =>
      createBaseline({
        requests: 1,
        changed: values.includes(1) ? [0] : [],
        effects: [createEffect({ report: 'determinism', metric: 'bitsDifferShare', values: cases(values), promise })],
      });
    const zeros = new Array<number>(20).fill(0);
    const { effects } = compared(share(zeros), share(zeros));
    const { difference, pValue } = effects[0];
    expect(pValue).toBe(1);
    expect(difference).toMatchObject({ kind: 'measured', value: 0, n: 20 });
    // 0 of 20 at 97.5 %: 1 - 0.025^(1/20)
    expect(difference).toHaveProperty('high', expect.closeTo(1 - 0.025 ** (1 / 20), 10));
    // Where nothing is owed, the share of differing requests is no promise that can regress.
    const free = judged(
      share(zeros, 'drift'),
      share(
        zeros.map(() => 1),
        'drift',
      ),
    );
    expect(free.checks.map(({ metric }) => metric)).not.toContain('bitsDifferShare (determinism)');
    expect(judged(share(zeros), share(zeros.map(() => 1))).outcome).toBe('fail');
  });

  it('uses only cases that both sides have', () => {
    const head = createBaseline({
      requests: 1,
      effects: [createEffect({ metric: 'klNatsMean', values: { 'case-0': 1, 'case-1': 1, other: 9 } })],
    });
    const { effects } = compared(withKl([1, 1]), head);
    expect(effects[0].difference).toMatchObject({ value: 0, n: 2 });
    const none = createBaseline({ requests: 1, effects: [createEffect({ metric: 'klNatsMean', values: { x: 1 } })] });
    expect(compared(withKl([1]), none).effects[0]).toMatchObject({
      difference: { kind: 'not-measured' },
      pValue: null,
    });
  });
});
