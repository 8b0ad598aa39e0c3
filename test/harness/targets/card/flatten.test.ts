import fc from 'fast-check';
import { expect, it } from 'vitest';
import { flatten } from '../../../../harness/targets/card/flatten.ts';

it('nested values become names with dots, and empty ones are left out', () => {
  expect(
    flatten('a', { b: { c: 1, d: null, e: '' }, f: [true, 'x'], g: [{ h: 2 }] }).map(({ name, value }) => [
      name,
      value,
    ]),
  ).toEqual([
    ['a.b.c', '1'],
    ['a.f', 'true, x'],
    ['a.g[0].h', '2'],
  ]);
});

it('hostile answers have an end: no more than 300 fields of 200 characters, one line each', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 12, maxKeys: 8 }), (value) => {
      const fields = flatten('x', value);
      expect(fields.length).toBeLessThanOrEqual(300);
      for (const field of fields) expect(field.value).not.toMatch(/[\n\u001b]/);
    }),
  );
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 'v'.repeat(10_000)]));
  const fields = flatten('x', wide);
  expect(fields).toHaveLength(300);
  expect(fields[0].value).toMatch(/^sha256 /);
});
