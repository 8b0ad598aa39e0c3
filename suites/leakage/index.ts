/** Leakage between requests. @module */
export { searchCanaries } from './canaries.ts';
export { lengthProblem } from './equal-lengths.ts';
export { leakageSuite } from './leakage-suite.ts';
