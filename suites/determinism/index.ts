/** Determinism: equal bits, tokens and text. @module */
export { determinismSuite } from './determinism-suite.ts';
