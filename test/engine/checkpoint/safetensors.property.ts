import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../engine/checkpoint/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../engine/checkpoint/safetensors.ts';
import type { Dtype, TensorToWrite } from '../../../engine/checkpoint/safetensors.ts';

const sizes: Partial<Record<Dtype, number>> = { F32: 4, BF16: 2, I64: 8, F8_E4M3: 1, I8: 1 };
const tensors = fc
  .uniqueArray(fc.stringMatching(/^[a-z_][a-z0-9._]{0,12}$/), { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .record({
            dtype: fc.constantFrom(...(Object.keys(sizes) as Dtype[])),
            shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
          })
          .chain(({ dtype, shape }) => {
            const length = shape.reduce((a, b) => a * b, 1) * (sizes[dtype] ?? 1);
            return fc
              .uint8Array({ minLength: length, maxLength: length })
              .map((bytes): TensorToWrite => ({ name, dtype, shape, bytes }));
          }),
      ),
    ),
  );

const small = writeSafetensors([
  { name: 'a', dtype: 'F32', shape: [2], bytes: new Uint8Array(8) },
  { name: 'b', dtype: 'I8', shape: [3], bytes: Uint8Array.of(1, 2, 3) },
]);
const withHeader = (header: string, data = 11): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
};
const tensor = (change: object): string =>
  JSON.stringify({ a: { dtype: 'I8', shape: [11], data_offsets: [0, 11], ...change } });

describe('safetensors', () => {
  it('reads back what it wrote, byte for byte', () => {
    fc.assert(
      fc.property(tensors, (list) => {
        const file = readSafetensors(writeSafetensors(list, { made: 'here' }), 'file');
        expect(file.metadata).toEqual({ made: 'here' });
        expect([...file.tensors.keys()]).toEqual(list.map(({ name }) => name));
        for (const { name, bytes, shape, dtype } of list)
          expect(file.tensors.get(name)).toMatchObject({ shape, dtype, bytes: new Uint8Array(bytes) });
      }),
    );
  });

  it('refuses every truncation with its own error, naming the file', () => {
    for (let length = 0; length < small.length; length++)
      expect(() => readSafetensors(small.slice(0, length), 'cut.safetensors')).toThrow(/^cut\.safetensors/);
  });

  it('answers flipped bytes with a result or with its own error, never another', () => {
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const damaged = small.slice();
        damaged[at] ^= mask;
        try {
          readSafetensors(damaged, 'file');
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a header that is no JSON', '{"a":'],
    ['a header that is an array', '[]'],
    ['a tensor that is no object', '{"a":1}'],
    ['an unknown dtype', tensor({ dtype: 'F7' })],
    ['a dtype of the prototype', tensor({ dtype: 'constructor' })],
    ['a negative dimension', tensor({ shape: [-11] })],
    ['a dimension that is no integer', tensor({ shape: [1.5] })],
    ['a shape that the bytes do not back', tensor({ shape: [1e9] })],
    ['offsets beyond the file', tensor({ shape: [99], data_offsets: [0, 99] })],
    ['offsets in the wrong order', tensor({ data_offsets: [11, 0] })],
    ['a hole before the data', tensor({ shape: [10], data_offsets: [1, 11] })],
    ['data after the last tensor', tensor({ shape: [10], data_offsets: [0, 10] })],
    ['metadata that is no text', '{"__metadata__":{"a":1}}'],
  ])('refuses %s, with what was expected and what it got', (_, header) => {
    expect(() => readSafetensors(withHeader(header), 'bad.safetensors')).toThrow(
      /bad\.safetensors: .*expected .*, got /,
    );
  });

  it('refuses a header length that the file cannot back, without allocating it', () => {
    const file = new Uint8Array(16);
    new DataView(file.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => readSafetensors(file, 'huge')).toThrow(
      /header length: expected at most 8 bytes .* got 9223372036854775808/,
    );
  });
});
