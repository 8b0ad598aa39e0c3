/** Fault bench: seeded faults that the harness must catch. @module */
export { faults } from './fault-registry.ts';
export type { Fault } from './fault-registry.ts';
