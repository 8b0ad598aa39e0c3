/**
 * Conditional memory (Engram): the room's only door.
 * @module
 */
export { ConditionalMemory, MemoryState } from './conditional-memory.ts';
export type { MemoryShape } from './conditional-memory.ts';
export { addMemoryV41, convTailRows, memoryPaper, paperGate, v41Gate } from './engram-gate.ts';
export type { MemoryGate, PaperWeights, V41GateWeights } from './engram-gate.ts';
export { blockedHistory, createNgramHash, DEAD_ID, leftPadHistory, ngramMultipliers } from './ngram-hash.ts';
export type { NgramHash, NgramHashConfig, NgramHistory, NgramTables } from './ngram-hash.ts';
export { NumpyRng } from './numpy-random.ts';
export { placeTables } from './placement.ts';
export type { MemoryPlacement } from './placement.ts';
export { directFetcher, PrefetchError, prefetchingFetcher } from './row-fetcher.ts';
export type { FetchCounters, FetchScheduler, RowFetcher } from './row-fetcher.ts';
export {
  f32Content,
  fp8Content,
  hostTable,
  MemoryTableError,
  openDiskTable,
  residentTable,
  writeMemoryTable,
} from './tables/index.ts';
export type { MemoryTable, TableContent } from './tables/index.ts';
export { compressVocabulary, normaliseTokenText } from './token-compression.ts';
export type { CompressionOptions, TokenCompression, VocabularyToken } from './token-compression.ts';
