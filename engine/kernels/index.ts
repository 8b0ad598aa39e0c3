/** Kernels: the numeric building blocks, each with a written-down order of float32 operations. @module */
import { createReferenceKernels } from './reference/kernels.ts';
import { createWasmKernels } from './wasm/kernels.ts';
import type { SharedMemory } from './wasm/kernels.ts';
import type { Kernels } from './kernels.ts';

export * from './arena.ts';
export * from './kernels.ts';
export * from './record-memory.ts';
export * from './rms-norm.ts';
export * from './hadamard.ts';
export * from './sinkhorn.ts';
export * from './rope.ts';
export * from './top-k.ts';
export * from './sparse-attention.ts';
export * from './channel-pool.ts';

export const KERNEL_KINDS = ['wasm', 'reference'] as const satisfies readonly Kernels['kind'][];
export type { SharedMemory } from './wasm/kernels.ts';
export type KernelKind = (typeof KERNEL_KINDS)[number];

export interface KernelOptions {
  /** That work on one large call together, this one included. `reference` kernels have one. */
  readonly threads?: number;
  /** Multiply-adds of the smallest part that a call is cut into. */
  readonly leastWork?: number;
}

/** New kernels with a memory of their own, or over that of another thread. `reference` is the definition; `wasm` gives the same bytes faster. */
export function createKernels(
  kind: KernelKind,
  shared: SharedMemory | null = null,
  options: KernelOptions = {},
): Kernels {
  return kind === 'wasm' ? createWasmKernels(shared, options) : createReferenceKernels();
}
