import { describe, expect, it } from 'vitest';
import { multiByteCharacters } from '../../../harness/targets/multi-byte.ts';

describe('multi-byte characters', () => {
  it('are those above U+007F, each counted once however many code units it has', () => {
    expect(multiByteCharacters('')).toBe(0);
    expect(multiByteCharacters('plain ~\u007f')).toBe(0);
    expect(multiByteCharacters('é, 漢, 😀, \ufffd')).toBe(4);
  });
});
