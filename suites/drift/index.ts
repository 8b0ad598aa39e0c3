/** Drift: how far distributions move. @module */
export { driftSuite } from './drift-suite.ts';
