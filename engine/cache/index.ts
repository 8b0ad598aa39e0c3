/** Cache: per-request attention state, the pages of compressed entries, and the pools they come from. @module */
export * from './audit.ts';
export * from './entry-list.ts';
export * from './journal.ts';
export * from './page-layout.ts';
export * from './page-pool.ts';
export * from './state-block.ts';
export * from './state-pool.ts';
export * from './state-snapshot.ts';
export * from './window-ring.ts';
export * from './prefix/index.ts';
export * from './tiers/index.ts';
export * from './kv-cache.ts';
export * from './cold/index.ts';
