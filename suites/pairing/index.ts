/**
 * Pairing: which requests of a run are compared with which, and how far two of them are equal. Shared by the suites.
 * @module
 */
export { compare, divergenceOf, isDifferent, shortText, type Comparison } from './comparison.ts';
export { bitsEquality, CONFIDENCE, equalityOf } from './equality.ts';
export { evidenceOf, type Evidence } from './evidence.ts';
export { pairsOf, rowKey, rowsOf, type RequestPair, type Row, type RowMember } from './rows.ts';
