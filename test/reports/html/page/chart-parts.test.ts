import { describe, expect, it } from 'vitest';
import { rangeOf, shortLabel } from '../../../../reports/html/page/chart-parts.ts';

describe('a label of a chart', () => {
  it('is whole while it fits', () => {
    expect(shortLabel('batch-size/ragged · size-14 (n 28)')).toBe('batch-size/ragged · size-14 (n 28)');
  });

  it('keeps its beginning and its end where it does not', () => {
    const short = shortLabel('prompt-order/exemplar · exemplar-order-1 (n 24)');
    expect(short).toBe('prompt-order/exemplar · ex…rder-1 (n 24)');
    expect(short).toHaveLength(40);
  });
});

describe('the range of an axis', () => {
  it('of a share ends at one, and begins at zero', () => {
    expect(rangeOf('linear', [0.2, 1])).toEqual([0, 1]);
    expect(rangeOf('linear', [])).toEqual([0, 1]);
  });

  it('of a logarithmic axis has room at the left for what is zero', () => {
    expect(rangeOf('logarithmic', [0.1, 1])).toEqual([0.1 / 1.25, 1.25]);
    expect(rangeOf('logarithmic', [0, 0.1, 1])).toEqual([0.025, 2]);
    expect(rangeOf('logarithmic', [0])).toEqual([1e-6, 1]);
  });
});
