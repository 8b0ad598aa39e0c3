import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignShards, unitsOfShard } from '../../../harness/plan/index.ts';

const units = fc.uniqueArray(
  fc.record({
    id: fc
      .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff))
      .map(([high, low]) => `u-${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`),
    cost: fc.record({ requests: fc.nat(20), tokens: fc.nat(5000) }),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 60 },
);
const rule = fc.record({ of: fc.integer({ min: 1, max: 12 }), by: fc.constantFrom('hash' as const, 'cost' as const) });

describe('shards', () => {
  it('hold each unit exactly once, in plan order, whatever the rule', () => {
    fc.assert(
      fc.property(units, rule, (plan, { of, by }) => {
        const parts = Array.from({ length: of }, (_, at) => unitsOfShard(plan, { index: at + 1, of, by }));
        expect(parts.flatMap((part) => part.map(({ id }) => id)).sort()).toEqual(plan.map(({ id }) => id).sort());
        for (const part of parts) expect(part).toEqual(plan.filter((unit) => part.includes(unit)));
      }),
    );
  });

  it('by hash: a unit stays where it is when others come, go or change places', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 12 }), fc.array(fc.nat()), (plan, of, picks) => {
        const whole = new Map(assignShards(plan, { of, by: 'hash' }).map((shard, at) => [plan[at].id, shard]));
        const some = [...new Set(picks.map((pick) => plan[pick % plan.length]))];
        expect(assignShards(some, { of, by: 'hash' })).toEqual(some.map(({ id }) => whole.get(id)));
      }),
    );
  });

  it('by hash: one more shard takes units and moves none between the others', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 12 }), (plan, of) => {
        const before = assignShards(plan, { of, by: 'hash' });
        const after = assignShards(plan, { of: of + 1, by: 'hash' });
        for (const [at, shard] of after.entries()) expect([before[at], of + 1]).toContain(shard);
      }),
    );
  });

  it('by hash: the shards of a large plan are about equal', () => {
    const plan = Array.from({ length: 20_000 }, (_, at) => ({
      id: `u-${Math.imul(at + 1, 0x9e3779b1)
        .toString(16)
        .replace('-', '')
        .padStart(8, '0')}${at.toString(16).padStart(8, '0')}`,
      cost: { requests: 1, tokens: 1 },
    }));
    const counts = new Map<number, number>();
    for (const shard of assignShards(plan, { of: 8, by: 'hash' })) counts.set(shard, (counts.get(shard) ?? 0) + 1);
    // 2500 expected, standard deviation 47: six of them either way
    for (const count of counts.values()) expect(Math.abs(count - 2500)).toBeLessThan(282);
    expect(counts.size).toBe(8);
  });

  it('by cost: the longest shard is within one unit of an even cut, and the order of the plan decides nothing', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 6 }), (plan, of) => {
        const shards = assignShards(plan, { of, by: 'cost' });
        const costs = plan.map(({ cost }) => Math.max(1, cost.tokens));
        const loads = Array.from({ length: of }, (_, at) =>
          costs.reduce((sum, cost, unit) => sum + (shards[unit] === at + 1 ? cost : 0), 0),
        );
        const sum = costs.reduce((a, b) => a + b, 0);
        const best = Math.max(sum / of, ...costs);
        // Graham's bound is against the true optimum, which is at least `best`; list scheduling alone gives best + largest.
        expect(Math.max(...loads)).toBeLessThanOrEqual(best + Math.max(...costs));
        const turned = [...plan].reverse();
        expect(assignShards(turned, { of, by: 'cost' }).reverse()).toEqual(shards);
      }),
    );
  });
});
