import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../harness/plan/index.ts';

describe('canonicalJson', () => {
  it('sorts keys by code unit at every depth and leaves out what is absent', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, { z: null, y: true }], c: undefined }, B: 'é' })).toBe(
      '{"B":"é","a":{"d":[1,{"y":true,"z":null}]},"b":1}',
    );
  });

  it('refuses what JSON would lose', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, [undefined], () => 1, 1n, Symbol('s')]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
