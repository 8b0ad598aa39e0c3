import { describe, expect, it } from 'vitest';
import { NumericError } from '../../../../engine/index.ts';
import { TargetError } from '../../../../harness/ports/index.ts';
import { laneProblem } from '../../../../harness/targets/reference-engine/lane-errors.ts';

describe('laneProblem', () => {
  it('names the op of a number that is not finite', () => {
    const problem = laneProblem(new NumericError('layers.3.ffn', Number.NaN), 'level none');
    expect(problem).toMatchObject({ code: 'TARGET_NOT_FINITE', at: 'level none, op layers.3.ffn' });
  });

  it('keeps a TargetError as it is', () => {
    const problem = { code: 'TARGET_X', at: 'a', expected: 'b', got: 'c', hint: 'd' };
    expect(laneProblem(new TargetError(problem), 'elsewhere')).toEqual(problem);
  });

  it('is plain data, so that it crosses a thread border', () => {
    for (const thrown of [new RangeError('too long'), 'text', null]) {
      const problem = laneProblem(thrown, 'level none');
      expect(problem.code).toBe('TARGET_REFUSED');
      expect(structuredClone(problem)).toEqual(problem);
    }
  });
});
