/**
 * Conditional memory (Engram): the room's only door.
 * @module
 */
export { blockedHistory, createNgramHash, DEAD_ID, leftPadHistory, ngramMultipliers } from './ngram-hash.ts';
export type { NgramHash, NgramHashConfig, NgramHistory, NgramTables } from './ngram-hash.ts';
export { NumpyRng } from './numpy-random.ts';
export { compressVocabulary, normaliseTokenText } from './token-compression.ts';
export type { CompressionOptions, TokenCompression, VocabularyToken } from './token-compression.ts';
