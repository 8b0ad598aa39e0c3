import { describe, expect, it } from 'vitest';
import { promptsOf, protocolOf, protocols } from '../../../suites/fault-bench/index.ts';

const texts = (id: string, seed: string): string[] =>
  promptsOf(protocolOf(id), seed).map(({ parts }) => parts.map(({ text }) => text).join(''));

describe('the prompts of a protocol', () => {
  it('have its lengths, and are others on another seed and the same on the same', () => {
    for (const { id, lengths } of protocols.values()) {
      expect(texts(id, '1').map((text) => text.length)).toEqual(lengths);
      expect(texts(id, '1')).toEqual(texts(id, '1'));
      expect(texts(id, '2')).not.toEqual(texts(id, '1'));
    }
  });

  it('begin alike where the protocol says so', () => {
    const { commonPrefix = 0 } = protocolOf('shared-prefix');
    expect(new Set(texts('shared-prefix', '1').map((text) => text.slice(0, commonPrefix))).size).toBe(1);
  });

  it('are of protocols that exist', () => {
    expect(() => protocolOf('nothing')).toThrow(/no protocol nothing/);
  });
});
