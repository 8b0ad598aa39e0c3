import { describe, expect, it } from 'vitest';
import { murmur3Hex } from '../../../engine/formats/index.ts';

const hash = (text: string, seed = 0): string => murmur3Hex(new TextEncoder().encode(text), seed);

describe('MurmurHash3 x86 128', () => {
  it('has the published values', () => {
    // SMHasher's own verification vectors for short inputs
    expect(hash('')).toBe('00000000000000000000000000000000');
    expect(hash('', 1)).toBe('88c4adec54d201b954d201b954d201b9');
  });

  it('changes with every single bit, and with the length', () => {
    const base = new Uint8Array(37).fill(1);
    const seen = new Set([murmur3Hex(base), murmur3Hex(base.subarray(1))]);
    for (let bit = 0; bit < base.length * 8; bit++) {
      const changed = base.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      seen.add(murmur3Hex(changed));
    }
    expect(seen.size).toBe(2 + base.length * 8);
  });
});
