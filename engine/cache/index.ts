/** Cache: per-request attention state and the pool it comes from. @module */
export * from './state-block.ts';
export * from './state-pool.ts';
