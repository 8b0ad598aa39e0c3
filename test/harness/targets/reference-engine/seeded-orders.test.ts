import { describe, expect, it } from 'vitest';
import { seededOrders } from '../../../../harness/targets/reference-engine/seeded-orders.ts';

/** The order in which ten copies complete. */
function completions(seed: number, delay: number): number[] {
  const scheduler = seededOrders(seed, delay).copyScheduler();
  const done: number[] = [];
  for (let copy = 0; copy < 10; copy++)
    scheduler.start({ copy, phase: 'read', label: `copy ${copy}` }, () => done.push(copy));
  for (let round = 0; round < delay && scheduler.advance(); round++);
  return done;
}

describe('seeded orders', () => {
  it('complete every copy once, in an order that the seed alone decides', () => {
    const first = completions(1, 4);
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(first).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(completions(1, 4)).toEqual(first);
    expect(completions(2, 4)).not.toEqual(first);
    expect(completions(1, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('complete what a completion has started in a later round', () => {
    const scheduler = seededOrders(3, 2).copyScheduler();
    const done: string[] = [];
    scheduler.start({ copy: 0, phase: 'read', label: 'r' }, () => {
      done.push('read');
      scheduler.start({ copy: 0, phase: 'write', label: 'w' }, () => done.push('write'));
    });
    for (let round = 0; round < 6; round++) scheduler.advance();
    expect(done).toEqual(['read', 'write']);
    expect(scheduler.advance()).toBe(false);
  });

  it('choose who is admitted and who gives way by id, not by what came before', () => {
    const { admissionOrder, preemptionVictim } = seededOrders(5, 0);
    const waiting = ['a', 'b', 'c', 'd'].map((id) => ({ id, promptTokens: 1, tokens: 1 }));
    const chosen = waiting[admissionOrder(waiting)].id;
    const backwards = waiting.toReversed();
    expect(backwards[admissionOrder(backwards)].id).toBe(chosen);
    expect(admissionOrder(waiting)).toBe(admissionOrder(waiting));
    const seeds = Array.from({ length: 12 }, (_, seed) => seededOrders(seed, 0).preemptionVictim(waiting));
    expect(new Set(seeds).size).toBeGreaterThan(1);
    expect(preemptionVictim([waiting[0]])).toBe(0);
  });
});
