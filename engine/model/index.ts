/** Model: the forward pass of a DeepSeek-V4-style network, and the replaceable parts that it calls. @module */
export * from './precision.ts';
export * from './split-policy.ts';
export * from './mhc-reduction.ts';
export * from './weights.ts';
export * from './forward.ts';
export { memoryTables, packMemory } from './memory-weights.ts';
export type { MemoryWeights } from './memory-weights.ts';
export { route } from './moe.ts';
export { createStepCounters, NumericError } from './step.ts';
export type { ModelParts, StepCounters, StepSequence } from './step.ts';
export * from './expert-dispatch.ts';
export * from './rules.ts';
export * from './selection.ts';
export type { InputNorm, TailCarry } from './step.ts';
export type { Routing } from './moe.ts';
