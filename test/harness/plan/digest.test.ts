import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../harness/plan/index.ts';

describe('digestOf', () => {
  it('hashes each field behind its length, the domain first', () => {
    const bytes = Buffer.concat([
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('d'),
      Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('é'),
      Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([1, 0, 0, 0, 0, 1, 0, 0]),
    ]);
    expect(digestOf('d', ['é', [1, 256]])).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('tells apart fields whose border moved, and domains', () => {
    const digests = [
      digestOf('d', ['ab', 'c']),
      digestOf('d', ['a', 'bc']),
      digestOf('d', ['abc']),
      digestOf('e', ['ab', 'c']),
      digestOf('d', ['ab', 'c', '']),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
