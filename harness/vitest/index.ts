/**
 * The door `evenkeel/vitest`: a config as vitest tests, and matchers for tests of your own. Needs vitest, an optional peer dependency.
 * @module
 */
import type {} from 'vitest';
import type { BatchInvarianceOptions, DriftOptions, LeakOptions } from './matchers.ts';

export { CheckError } from './judgement.ts';
export {
  evenkeelMatchers,
  type BatchInvarianceOptions,
  type DriftOptions,
  type LeakOptions,
  type MatcherOptions,
} from './matchers.ts';
export { testUnits, type UnitTestOptions } from './unit-tests.ts';

// vitest's own way for types of matchers; the parameter has to be declared as vitest declares it
/* eslint-disable no-restricted-syntax, @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars */
declare module 'vitest' {
  interface Matchers<T = any> {
    /** Each prompt gets the same bits at every batch size. */
    toBeBatchInvariant(options: BatchInvarianceOptions): Promise<void>;
    /** No answer depends on the content of other requests. */
    toNotLeak(options: LeakOptions): Promise<void>;
    /** Every level that may move keeps the bound. */
    toStayWithinDrift(options: DriftOptions): Promise<void>;
  }
}
