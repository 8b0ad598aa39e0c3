import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascending, createMagnitudes, quantileOfSorted } from '../../../harness/statistics/index.ts';

it('counted zeros give the quantiles of the whole sample', () => {
  const value = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const all = createMagnitudes();
      for (const one of values) all.add(one);
      expect(all.quantiles([share])[0]).toBeCloseTo(quantileOfSorted(ascending(values), share), 12);
      expect(all.count).toBe(values.length);
      expect(all.largest).toBe(Math.max(...values) + 0);
    }),
  );
});

it('what is no magnitude is refused, and none has no quantiles', () => {
  for (const value of [Number.NaN, -1, Infinity]) expect(() => createMagnitudes().add(value)).toThrow(RangeError);
  expect(() => createMagnitudes().quantiles([0.5])).toThrow(RangeError);
});
