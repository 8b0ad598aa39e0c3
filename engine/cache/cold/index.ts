/** Cold stores: where pages and snapshots lie outside memory. @module */
export { ColdStoreError } from './cold-errors.ts';
export type { ColdErrorCode } from './cold-errors.ts';
export { createDiskColdStore } from './disk-cold-store.ts';
export type { ColdEncryption, DiskColdStore, DiskColdStoreOptions } from './disk-cold-store.ts';
export { createMemoryColdStore } from './memory-cold-store.ts';
