import { expect, it } from 'vitest';
import { createKernels } from '../../../engine/kernels/index.ts';
import { inverseFrequencies, RopeTable, yarnCorners } from '../../../engine/kernels/rope.ts';

const yarn = { factor: 16, betaFast: 32, betaSlow: 1 };

it.each([
  [65536, 15, 25],
  [512, 2, 12],
])('YaRN blends between the golden corners: original length %i', (originalMaxPositions, low, high) => {
  expect(yarnCorners(160000, 64, { ...yarn, originalMaxPositions })).toEqual({ low, high });
});

it('a rotation and its inverse give the vector back within rounding', () => {
  const table = new RopeTable(inverseFrequencies(10000, 64, null));
  const kernels = createKernels('reference');
  const turn = (x: Float32Array, inverse: boolean): void => {
    table.ensure(1234);
    kernels.rotate(x, { from: 0, vectors: 1, stride: 64 }, Int32Array.of(1234), table, inverse);
  };
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.fround(i / 7 - 4));
  const y = x.slice();
  turn(y, false);
  expect(y).not.toEqual(x);
  turn(y, true);
  for (let i = 0; i < 64; i++) expect(Math.abs(y[i] - x[i])).toBeLessThan(2e-6);
});
