import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../harness/config/index.ts';

describe('nearestName', () => {
  it.each([
    ['lane', ['lanes', 'id'], 'lanes'],
    ['maxbatch', ['maxBatch', 'chunkSize'], 'maxBatch'],
    ['promt-order', ['prompt-order', 'precision'], 'prompt-order'],
    ['sede', ['cases', 'seed'], 'seed'],
    ['zebra', ['lanes', 'id'], null],
    ['anything', [], null],
  ])('for %j among %j gives %j', (typed, known, nearest) => {
    expect(nearestName(typed, known)).toBe(nearest);
  });

  it('gives the first of two equally close names', () => {
    expect(nearestName('seat', ['seal', 'seam'])).toBe('seal');
  });
});
