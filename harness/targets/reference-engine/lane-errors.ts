/**
 * Errors of the engine as TargetErrors, in a form that crosses a thread border.
 * @module
 */
import { TargetError, type Problem } from '../../ports/index.ts';

/** A TargetError as plain data. */
export type LaneProblem = Omit<Problem, 'cause'>;

/** What went wrong in a lane, in the words of a TargetError. Fails closed: an error that is not known here is one too. */
export function laneProblem(error: unknown, at: string): LaneProblem {
  if (error instanceof TargetError) {
    const { code, expected, got, hint } = error.problem;
    return { code, at: error.problem.at, expected, got, hint };
  }
  if (!(error instanceof Error))
    return { code: 'TARGET_REFUSED', at, expected: 'a result', got: String(error), hint: '' };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (code === 'ENGINE_NOT_FINITE') {
    const op = 'op' in error && typeof error.op === 'string' ? error.op : 'unknown op';
    return {
      code: 'TARGET_NOT_FINITE',
      at: `${at}, op ${op}`,
      expected: 'finite values',
      got: 'NaN or infinity',
      hint: 'Weights or activations overflowed; check the checkpoint.',
    };
  }
  if (code === 'CHECKPOINT_INVALID')
    return { code: 'TARGET_CHECKPOINT', at, expected: 'a valid checkpoint', got: error.message, hint: '' };
  return {
    code: 'TARGET_REFUSED',
    at,
    expected: 'a result',
    got: `${error.name}: ${error.message}`,
    hint: '',
  };
}
