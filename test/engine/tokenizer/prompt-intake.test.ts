import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteIntake } from '../../../engine/index.ts';

describe('the intake of prompts', () => {
  const intake = byteIntake();

  it('makes the UTF-8 bytes of a text, and adds no special token', () => {
    expect(intake.encode('é!')).toEqual([0xc3, 0xa9, 0x21]);
  });

  it('keeps the end of a prompt that is to be cut, and all of one that fits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 1 }), fc.integer({ min: 1, max: 200 }), (tokenIds, limit) => {
        const kept = intake.truncate(tokenIds, limit);
        expect(kept).toHaveLength(Math.min(limit, tokenIds.length));
        expect(kept).toEqual(tokenIds.slice(tokenIds.length - kept.length));
      }),
    );
  });
});
