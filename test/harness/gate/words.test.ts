import { describe, expect, it } from 'vitest';
import { counted, percent, short } from '../../../harness/gate/words.ts';

describe('numbers in words', () => {
  it('prints shares as percent with the digits that matter', () => {
    expect([0, 0.117349, 0.2, 1, 0.0099361, 0.00002].map(percent)).toEqual([
      '0 %',
      '11.7 %',
      '20 %',
      '100 %',
      '0.99 %',
      '0.002 %',
    ]);
  });

  it('prints at most four digits, and small numbers with an exponent', () => {
    expect([0, 0.004726, 0.9700001, 1e-9, 1234567].map(short)).toEqual(['0', '0.004726', '0.97', '1e-9', '1.235e+6']);
  });

  it('counts', () => {
    expect([counted(1, 'row'), counted(2, 'row')]).toEqual(['1 row', '2 rows']);
  });
});
