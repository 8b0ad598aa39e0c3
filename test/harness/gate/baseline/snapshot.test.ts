import { describe, expect, it } from 'vitest';
import { snapshot } from '../../../../harness/gate/index.ts';
import type { Findings } from '../../../../harness/schema/index.ts';
import { determinismSuite, driftSuite } from '../../../../suites/index.ts';
import { createFindings } from '../../../support/findings.ts';
import { createRun, createShelf, type RequestSpec } from '../../../support/observations.ts';
import { createManifest } from '../../../support/run-records.ts';

function snapshotOf(specs: readonly Readonly<Record<string, RequestSpec>>[]) {
  const shelf = createShelf();
  const units = specs.map((levels) => ({
    levels: Object.fromEntries(Object.entries(levels).map(([id, spec]) => [id, [shelf.request(spec)]])),
  }));
  const run = createRun({ units, loadLogits: shelf.loadLogits });
  const findings: Findings = createFindings({
    determinism: determinismSuite.analyse(run),
    drift: driftSuite.analyse(run),
  });
  return { run, findings, snapshot: snapshot({ manifest: createManifest(run.plan), ...run, findings }) };
}

const request = (caseId: string, logit: number, tokenIds = [1]): RequestSpec => ({
  id: caseId,
  caseId,
  tokenIds,
  generated: [[0, logit]],
});

describe('the snapshot of a run', () => {
  it('says that there were times, and keeps none of them', () => {
    const { run, findings, snapshot: plain } = snapshotOf([{ none: request('a', 1) }]);
    const why = 'the run ended before it';
    const times = { profile: { kind: 'not-measured', why }, cacheTiming: { kind: 'not-measured', why } } as const;
    const withTimes = snapshot({ manifest: createManifest(run.plan), ...run, findings: { ...findings, ...times } });
    expect(withTimes).toEqual({ ...plain, profiled: true, timed: true });
  });

  it('has digests of bits, tokens and text by unit, level and request, and changes with each of them alone', () => {
    const one = (spec: RequestSpec) => {
      const { units } = snapshotOf([{ none: spec }]).snapshot;
      return units['u-0000000000000000'].none.requests.a;
    };
    const same = one(request('a', 1));
    expect(same).toEqual(one(request('a', 1)));
    expect(same.bits).toMatch(/^[0-9a-f]{16}$/);
    const bits = one(request('a', 1 + 2 ** -23));
    expect({ ...bits, bits: same.bits }).toEqual(same);
    expect(bits.bits).not.toBe(same.bits);
    const tokens = one({ ...request('a', 1, [2]), text: '1' });
    expect({ ...tokens, tokens: same.tokens }).toEqual(same);
    const text = one({ ...request('a', 1), text: 'other' });
    expect({ ...text, text: same.text }).toEqual(same);
  });

  it('has the sizes of repeated outputs, and of no others', () => {
    const sizes = (axis: string, spec: RequestSpec) => {
      const shelf = createShelf();
      const run = createRun({
        axis,
        units: [{ levels: { none: [shelf.request(spec)], again: [shelf.request(spec)] } }],
      });
      const { units } = snapshot({ manifest: createManifest(run.plan), ...run, findings: createFindings() });
      return units['u-0000000000000000'].again.requests.a.measures;
    };
    expect(sizes('repeat', { id: 'a', tokenIds: [1, 2], logprobs: [-1, -2] })).toEqual({
      tokens: 2,
      logprobMean: -1.5,
    });
    expect(sizes('repeat', { id: 'a', tokenIds: [1, 2], logprobs: [-1, null] })).toEqual({
      tokens: 2,
      logprobMean: null,
    });
    expect(sizes('repeat', { id: 'a', tokenIds: [], text: 'only text' })).toEqual({ tokens: null, logprobMean: null });
    expect(sizes('batch-size', { id: 'a', tokenIds: [1] })).toBeUndefined();
  });

  it('keeps "cannot be had" apart from a digest of nothing', () => {
    const { units } = snapshotOf([{ none: { id: 'a', tokenIds: [], text: 'only text' } }]).snapshot;
    expect(units['u-0000000000000000'].none.requests.a).toMatchObject({ bits: null, tokens: null });
  });

  it('holds the effect of a row with its interval and the cases behind it', () => {
    const units = Array.from({ length: 4 }, (_, i) => ({
      none: request(`case-${i}`, 1),
      'size-4': request(`case-${i}`, i === 2 ? 1.5 : 1),
    }));
    const { effects } = snapshotOf(units).snapshot;
    expect(effects.map(({ metric }) => metric)).toEqual(['bitsDifferShare', 'tokensDifferShare']);
    expect(effects[0]).toMatchObject({
      report: 'determinism',
      axis: 'batch-size/ragged',
      level: 'size-4',
      value: { kind: 'measured', value: 0.25, n: 4 },
      cases: { 'case-0': [0, 1], 'case-2': [1, 1] },
    });
  });

  it('does not depend on the order of observations, requests, or card lines', () => {
    const { run, findings } = snapshotOf([
      { none: request('b', 1), 'size-4': request('b', 2) },
      { none: request('a', 1), 'size-4': request('a', 1) },
    ]);
    const manifest = createManifest(run.plan);
    const card = [
      { name: 'x', value: '1', source: 'observed' },
      { name: 'a', value: '2', source: 'declared' },
    ] as const;
    const text = (observations: typeof run.observations, lines: typeof card | readonly (typeof card)[number][]) =>
      JSON.stringify(
        snapshot({
          manifest: { ...manifest, target: { ...manifest.target, card: [...lines] } },
          plan: run.plan,
          observations,
          findings,
        }),
      );
    expect(text([...run.observations].reverse(), [...card].reverse())).toBe(text(run.observations, card));
  });
});
