import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRecords, RECORD_CHOICES } from '../../../../engine/formats/index.ts';
import { createKernels } from '../../../../engine/kernels/index.ts';
import { bitsOf } from '../../../support/float-bytes.ts';

const kernels = createKernels('wasm');
const geometry = { headDim: 192, ropeDim: 64, indexHeadDim: 64 };

/** Rows whose scales lie anywhere, also beyond what the kernels decode themselves. */
const row = (dims: number): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }) }, fc.integer({ min: -120, max: 100 })),
      fc.array(fc.oneof(fc.float({ min: -4, max: 4, noNaN: true }), fc.constantFrom(0, -0)), {
        minLength: dims,
        maxLength: dims,
      }),
    )
    .map(([exponent, values]) => values.map((v) => v * 2 ** exponent));

describe.each(RECORD_CHOICES.filter((choice) => choice !== 'v32'))('records %s', (choice) => {
  const set = chooseRecords(choice, geometry);
  it.each(['window', 'entry', 'indexKey'] as const)('%s: a page is decoded with the bytes of the format', (which) => {
    const format = set[which];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain((entries) =>
          fc.record({
            rows: fc.array(row(format.dims), { minLength: entries, maxLength: entries }),
            index: fc.array(fc.nat(entries - 1), { maxLength: 9 }),
          }),
        ),
        ({ rows, index }) => {
          const page = format.pack(Float32Array.from(rows.flat()));
          const list = Int32Array.from(index);
          const source = { kind: 'page', format, page, entries: rows.length, index: list, count: list.length } as const;
          const mark = kernels.arena.mark();
          const loaded = kernels.loadRows([source, source], format.dims);
          const one = new Float32Array(list.length * format.dims);
          list.forEach((entry, i) => format.readEntry(page, rows.length, entry, one, i * format.dims));
          expect(bitsOf(loaded.data)).toEqual([...bitsOf(one), ...bitsOf(one)]);
          kernels.arena.release(mark);
        },
      ),
      { numRuns: 60 },
    );
  });
});
