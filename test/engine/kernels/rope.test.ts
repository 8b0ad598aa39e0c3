import { expect, it } from 'vitest';
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
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.fround(i / 7 - 4));
  const y = x.slice();
  table.rotate(y, 0, 1234, false);
  expect(y).not.toEqual(x);
  table.rotate(y, 0, 1234, true);
  for (let i = 0; i < 64; i++) expect(Math.abs(y[i] - x[i])).toBeLessThan(2e-6);
});
