/** Leakage between requests. @module */
export { leakageSuite } from './leakage-suite.ts';
