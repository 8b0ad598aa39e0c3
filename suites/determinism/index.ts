/** Determinism: equal bits, tokens and text. @module */
export { countAgreement } from './agreement.ts';
export { determinismSuite } from './determinism-suite.ts';
