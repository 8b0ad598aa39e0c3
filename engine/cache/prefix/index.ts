/** Prefix reuse: keys, the index of cached blocks, and what a hit still has to compute. @module */
export * from './prefix-index.ts';
export * from './prefix-key.ts';
export * from './window-policy.ts';
