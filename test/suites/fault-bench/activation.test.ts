import { describe, expect, it } from 'vitest';
import { createActivation, specifiedParts } from '../../../suites/fault-bench/activation.ts';

describe('an activation', () => {
  it('counts, and a reset forgets the count and what the fault remembered', () => {
    let remembered = 1;
    const activation = createActivation(() => {
      remembered = 0;
    });
    activation.hit();
    activation.hit();
    expect(activation.count()).toBe(2);
    activation.reset();
    expect([activation.count(), remembered]).toEqual([0, 0]);
  });

  it('stands beside the parts that do nothing wrong', () => {
    expect(specifiedParts().logprobRow(3, 1)).toBe(3);
  });
});
