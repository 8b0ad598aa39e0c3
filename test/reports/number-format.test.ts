import { describe, expect, it } from 'vitest';
import {
  count,
  duration,
  equalOf,
  estimateValue,
  failureRate,
  percent,
  ratio,
  small,
} from '../../reports/number-format.ts';
import { createEquality } from '../support/findings.ts';

describe('numbers as text', () => {
  it('keeps zero, small and large apart', () => {
    expect([0, 0.000238, 0.0537, 1.05, 2e7].map(small)).toEqual(['0', '2.38e-4', '0.0537', '1.05', '2e7']);
  });

  it('writes shares, ratios, counts and durations', () => {
    expect([1, 0.1174, 0.000023].map(percent)).toEqual(['100 %', '11.7 %', '0.0023 %']);
    expect([1, 1.00042, 1.25].map(ratio)).toEqual(['1', '1.00042', '1.25']);
    expect([999, 12345].map(count)).toEqual(['999', '12\u202f345']);
    expect([412, 3400, 192_000].map(duration)).toEqual(['412 ms', '3.4 s', '3 min 12 s']);
  });

  it('never shows a count without what it still allows', () => {
    expect(equalOf({ equal: 24, n: 24 })).toBe('24/24');
    expect(failureRate(createEquality(24, 24))).toBe('≤ 11.7 %');
    expect(failureRate(createEquality(0, 0))).toBe('not known');
  });

  it('tells "not measured", "not supported" and zero apart', () => {
    expect(estimateValue({ kind: 'measured', value: 0, low: 0, high: 0, n: 1 }, small)).toBe('0');
    expect(estimateValue({ kind: 'not-measured', why: '' }, small)).toBe('not measured');
    expect(estimateValue({ kind: 'unsupported', why: '' }, small)).toBe('not supported');
  });
});
