import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDistribution, klNats, logSoftmax } from '../../../harness/statistics/index.ts';

const logits = fc.array(fc.float({ min: -60, max: 60, noNaN: true }), { minLength: 5, maxLength: 5 });

describe('laws of log-softmax and KL', () => {
  it('has probabilities that sum to one, and a KL that is never negative', () => {
    fc.assert(
      fc.property(logits, logits, (first, second) => {
        const p = createDistribution(5);
        const q = createDistribution(5);
        expect(logSoftmax(first, p) && logSoftmax(second, q)).toBe(true);
        expect(p.probs.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 13);
        expect(klNats(p, q)).toBeGreaterThanOrEqual(0);
        expect(klNats(p, p)).toBe(0);
      }),
    );
  });
});
