import { describe, expect, it } from 'vitest';
import { NumpyRng } from '../../../engine/memory/index.ts';

/** NumPy 2.4.6, specification section 12.6. */
// prettier-ignore
const RAW: Record<number, bigint[]> = {
  0: [11749869230777074271n, 4976686463289251617n, 755828109848996024n, 304881062738325533n],
  10007: [15187255322829266483n, 959186003677246517n, 7126631698937927467n, 14663106486854050627n],
  140098: [13420388419549774097n, 10208617735032736636n, 6128116274024149523n, 16373808781820707998n],
};

describe("NumPy's default_rng", () => {
  it.each(Object.entries(RAW))('of seed %s has the raw outputs of NumPy', (seed, expected) => {
    const rng = new NumpyRng(Number(seed));
    expect(expected.map(() => rng.next64())).toEqual(expected);
  });

  it('of seed 0 has the floats of NumPy', () => {
    const rng = new NumpyRng(0);
    const expected = [
      0.6369616873214543, 0.2697867137638703, 0.04097352393619469, 0.016527635528529094, 0.8132702392002724,
    ];
    expect(expected.map(() => rng.random())).toEqual(expected);
  });

  it('takes seeds longer than the pool of four words', () => {
    const long = new NumpyRng((1n << 160n) + 12345n);
    expect(long.next64()).not.toBe(new NumpyRng(12345n).next64());
  });

  it('refuses what NumPy draws differently', () => {
    expect(() => new NumpyRng(-1)).toThrow(RangeError);
    expect(() => new NumpyRng(0).integers(1n << 32n)).toThrow(/2\^32 < high/);
    expect(() => new NumpyRng(0).integers((1n << 63n) + 1n)).toThrow(RangeError);
  });

  it('rejects draws that would make small integers likelier', () => {
    // high = 2^62 + 1: a quarter of all draws is rejected, so 200 draws pass through the loop.
    const high = (1n << 62n) + 1n;
    const rng = new NumpyRng(7);
    for (let i = 0; i < 200; i++) expect(rng.integers(high)).toBeLessThan(high);
  });
});
