/** Checks that did not pass, for code scanning (SARIF 2.1.0). @module */
export { renderSarif } from './render.ts';
