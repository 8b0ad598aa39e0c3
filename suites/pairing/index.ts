/**
 * Pairing: which requests of a run are compared with which, and how far two of them are equal. Shared by the suites.
 * @module
 */
export { isRight, parseAnswer } from './answers.ts';
export { groupByCase, type ByCase } from './by-case.ts';
export { chosenLogprobs, type ChosenLogprobs } from './chosen-logprobs.ts';
export { compare, divergenceOf, isDifferent, shortText, type Comparison } from './comparison.ts';
export { bitsEquality, CONFIDENCE, countEqual, type EqualityCount } from './equality.ts';
export { countEvidence, type Evidence, type EvidenceCount } from './evidence.ts';
export { fillRows, memberOf, type OpenRow, type RequestPair, type RowKey, type RowMember } from './rows.ts';
