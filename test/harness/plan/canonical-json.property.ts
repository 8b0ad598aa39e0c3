import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf } from '../../../harness/plan/index.ts';

describe('canonicalJson, for all JSON', () => {
  it('means the same as JSON and has one spelling', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (mapping) => {
        const backwards = Object.fromEntries(Object.entries(mapping).toReversed());
        expect(canonicalJson(backwards)).toBe(canonicalJson(mapping));
      }),
    );
  });
});

describe('digestOf, for all fields', () => {
  it('is different for different lists of fields', () => {
    const fields = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        expect(digestOf('d', a) === digestOf('d', b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
