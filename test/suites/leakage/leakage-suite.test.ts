import { describe, expect, it } from 'vitest';
import { leakageRow } from '../../../harness/schema/index.ts';
import { leakageSuite } from '../../../suites/leakage/index.ts';
import { createRun, createShelf, type RequestSpec } from '../../support/observations.ts';

const OWN = 'cobalt fig 913';
const FIRST = 'amber oak 204';
const SECOND = 'violet elm 771';

/** A probe beside a mate; the mate's canary is other at the level. */
function run({ probe = {}, mate = {} }: { probe?: RequestSpec; mate?: RequestSpec } = {}) {
  const shelf = createShelf();
  const same: RequestSpec = {
    id: 'p1',
    tokenIds: [1, 0],
    generated: [
      [1, 2],
      [2, 1],
    ],
    canary: OWN,
    text: `it is ${OWN}`,
  };
  const other: RequestSpec = { id: 'm1', role: 'mate', caseId: 'case-2', text: 'nothing' };
  const units = [
    {
      levels: {
        none: [shelf.request(same), shelf.request({ ...other, canary: FIRST })],
        swapped: [shelf.request({ ...same, ...probe }), shelf.request({ ...other, canary: SECOND, ...mate })],
      },
      counters: { maxActiveRows: 2 },
    },
  ];
  return createRun({ units, promise: 'content-independent', axis: 'content-swap', loadLogits: shelf.loadLogits });
}

describe('leakage suite', () => {
  it('finds nothing where outputs do not depend on the content of others; an own canary is no hit', () => {
    const [row, ...others] = leakageSuite.analyse(run());
    expect(others).toEqual([]);
    expect(leakageRow.parse(row)).toEqual(row);
    expect(row).toMatchObject({
      meaning: 'cross-request',
      contentDependent: { equal: 1, n: 1 },
      tokenDependent: 0,
      canaries: { outputs: 4, planted: 3, foreign: 0, failureRateHigh: expect.closeTo(1 - 0.05 ** 0.25, 12) },
      evidence: { maxActiveRows: 2 },
      divergences: [],
    });
    expect(row).not.toHaveProperty('leaks');
  });

  it('sees a dependence that shows in bits only', () => {
    const [row] = leakageSuite.analyse(
      run({
        probe: {
          generated: [
            [1, 2],
            [2, 1.0000001],
          ],
        },
      }),
    );
    expect(row).toMatchObject({ contentDependent: { equal: 0, n: 1 }, tokenDependent: 0 });
    expect(row.divergences).toMatchObject([{ requestId: 'p1', firstBitDiff: 1, firstTokenDiff: null }]);
  });

  it('counts a dependence in tokens', () => {
    const [row] = leakageSuite.analyse(
      run({
        probe: {
          tokenIds: [1, 1],
          generated: [
            [1, 2],
            [1, 2],
          ],
        },
      }),
    );
    expect(row).toMatchObject({ contentDependent: { equal: 0 }, tokenDependent: 1 });
  });

  it.each([
    ['in another letter case', { probe: { text: 'Violet ELM 771!' } }],
    ['in the output of a mate', { mate: { text: `why ${OWN}` } }],
    ['of the other job: it outlived its session', { mate: { text: FIRST } }],
  ])('finds the canary of another request %s', (_, change) => {
    const [row] = leakageSuite.analyse(run(change));
    expect(row.canaries).toMatchObject({ foreign: 1, outputs: 4 });
    expect(leakageRow.parse(row).leaks).toHaveLength(1);
    expect(JSON.stringify(row.leaks)).not.toContain('fig');
    expect(row.canaries.failureRateHigh).toBeLessThan(1);
    expect(row.divergences.length).toBeGreaterThan(0);
  });

  it('does not take the words without the number for a hit', () => {
    expect(leakageSuite.analyse(run({ mate: { text: 'cobalt fig' } }))[0].canaries.foreign).toBe(0);
  });

  it('does not count a canary that is a part of the own one', () => {
    const text = 'the word is amber oak 2048';
    const [row] = leakageSuite.analyse(run({ mate: { canary: 'amber oak 2048', text } }));
    expect(row.canaries.foreign).toBe(0);
  });

  it('makes no rows for other levels', () => {
    const input = run();
    const plan = {
      ...input.plan,
      units: input.plan.units.map((unit) => ({
        ...unit,
        levels: unit.levels.map((level) => ({ ...level, promise: 'bit-equal' as const })),
      })),
    };
    expect(leakageSuite.analyse({ ...input, plan })).toEqual([]);
  });
});
