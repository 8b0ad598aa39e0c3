/** Tiers of the cache: hot, warm, cold, and how objects move between them. @module */
export * from './cold-codec.ts';
export * from './cold-port.ts';
export * from './copy-scheduler.ts';
export * from './eviction.ts';
export * from './tier-manager.ts';
export type { Availability, ObjectKind, Pin, Tier, TierCounters, TierOptions } from './tier-object.ts';
export * from './transport.ts';
