import { describe, expect, it } from 'vitest';
import { gaugeIn, histogramIn, leastMaxRows } from '../../../../harness/targets/dialects/metrics-text.ts';

describe('a gauge of Prometheus text', () => {
  it('is summed over its labels, and is not one whose name only begins alike', () => {
    const text = '# HELP a b\na{x="1"} 2\na{x="2"} 3.5 1700000000\na_total 9\nab 7\n';
    expect(gaugeIn(text, 'a')).toBe(5.5);
  });

  it('that is not there, or no number, is not 0', () => {
    expect(gaugeIn('b 1', 'a')).toBeNull();
    expect(gaugeIn('a NaN', 'a')).toBeNull();
  });
});

describe('rows per step', () => {
  const rows = (upTo1: number, upTo2: number, upTo4: number, sum: number) =>
    histogramIn(
      `h_bucket{le="1"} ${upTo1}\nh_bucket{le="2"} ${upTo2}\nh_bucket{le="4"} ${upTo4}\nh_bucket{le="+Inf"} ${upTo4}\nh_sum ${sum}\nh_count ${upTo4}\n`,
      'h',
    ) ?? { buckets: [], sum: 0, count: 0 };
  const before = rows(5, 6, 6, 7);

  it('prove the largest batch between two readings: above the bound below the bucket that grew, and not below the mean', () => {
    expect(leastMaxRows(before, rows(5, 8, 8, 11))).toBe(2);
    expect(leastMaxRows(before, rows(5, 6, 8, 14))).toBe(4);
    expect(leastMaxRows(before, rows(6, 7, 8, 10))).toBe(3);
  });

  it('prove nothing where no step ran', () => {
    expect(leastMaxRows(before, before)).toBe(0);
    expect(histogramIn('x 1', 'h')).toBeNull();
  });
});
