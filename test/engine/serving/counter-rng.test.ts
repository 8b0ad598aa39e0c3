import { describe, expect, it } from 'vitest';
import { philox, uniformAt } from '../../../engine/serving/counter-rng.ts';

// Known answers of Random123's Philox4x32-10.
// prettier-ignore
const KNOWN = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
] as const;

describe('the counter-based generator', () => {
  it.each(KNOWN)('gives the known answer for counter %j and key %j', (counter, key, words) => {
    expect(philox([...counter], [...key])).toEqual([...words]);
  });

  it('draws in [0, 1), by seed and index alone, with seeds beyond 32 bits apart', () => {
    const draws = Array.from({ length: 1000 }, (_, i) => uniformAt(7, i));
    expect(draws.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(new Set(draws).size).toBeGreaterThan(990);
    expect(uniformAt(7, 500)).toBe(draws[500]);
    expect(uniformAt(1, 0)).not.toBe(uniformAt(1 + 2 ** 32, 0));
  });
});
