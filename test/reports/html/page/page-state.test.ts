import { describe, expect, it } from 'vitest';
import { hashOfState, stateOfHash } from '../../../../reports/html/page/page-state.ts';

describe('the address of the explorer', () => {
  it.each([
    { filter: '', unit: 'u-0123456789abcdef', level: 'size-4-ragged' },
    { filter: 'axis:"batch-size/ragged" !status:pass a+b 100%&x=y #1', unit: null, level: null },
    { filter: 'ms:>5', unit: 'u-0123456789abcdef', level: null },
  ])('is read as it was written: %j', (state) => {
    expect(stateOfHash(hashOfState(state))).toEqual(state);
  });

  it('is not that of a row of a table, or of nothing', () => {
    for (const hash of ['', '#', '#drift--precision--bf16', '#determinism']) expect(stateOfHash(hash)).toBeNull();
  });

  it('names a level with its unit alone', () => {
    expect(hashOfState({ filter: '', unit: null, level: 'bf16' })).toBe('#');
    expect(hashOfState({ filter: '', unit: 'u-1', level: 'bf16' })).toBe('#unit=u-1&level=bf16');
  });

  it('that is cut off in a character is no error', () => {
    expect(stateOfHash('#filter=100%')).toEqual({ filter: '100%', unit: null, level: null });
  });
});
