/**
 * Packed weights: made once per checkpoint and kernel kind, used by all engines of the checkpoint (precision modes have the same
 * numbers), and shared with other threads as views over one memory.
 *
 * Nobody writes to weights after packing. Each thread has its own arena in the shared memory.
 * @module
 */
import type { Checkpoint } from '../checkpoint/index.ts';
import { createKernels } from '../kernels/index.ts';
import type { KernelKind, Kernels, SharedMemory } from '../kernels/index.ts';
import { packMemory, packWeights } from '../model/index.ts';
import type { MemoryWeights, ModelWeights } from '../model/index.ts';

export interface Packed {
  readonly kernels: Kernels;
  readonly weights: ModelWeights;
  readonly memoryWeights: readonly MemoryWeights[];
}

const packed = new WeakMap<Checkpoint, Map<KernelKind, Packed>>();

function packedOf(checkpoint: Checkpoint): Map<KernelKind, Packed> {
  const byKind = packed.get(checkpoint) ?? new Map<KernelKind, Packed>();
  packed.set(checkpoint, byKind);
  return byKind;
}

function packOnce(checkpoint: Checkpoint, kind: KernelKind): Packed {
  const byKind = packedOf(checkpoint);
  let entry = byKind.get(kind);
  if (entry === undefined) {
    const kernels = createKernels(kind);
    entry = { kernels, weights: packWeights(checkpoint, kernels), memoryWeights: packMemory(checkpoint, kernels) };
    byKind.set(kind, entry);
  }
  return entry;
}

/** The same weights, used by several threads together. The kernels are the caller's to close. */
export function packedForThreads(checkpoint: Checkpoint, kind: KernelKind, threads: number): Packed {
  const packed = packOnce(checkpoint, kind);
  if (threads === 1) return packed;
  const kernels = createKernels(kind, packed.kernels.share(), { threads });
  return { kernels, ...rebased({ weights: packed.weights, memoryWeights: packed.memoryWeights }, kernels) };
}

/** A checkpoint for another thread: to be sent with `postMessage`; tensors and packed weights are not copied. */
export interface SharedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly memory: SharedMemory;
  readonly weights: ModelWeights;
  readonly memoryWeights: readonly MemoryWeights[];
}

/** The checkpoint with its packed weights (packed now, if they are not yet). Tensors are copied to shared memory once. */
export function shareCheckpoint(checkpoint: Checkpoint): SharedCheckpoint {
  const { kernels, weights, memoryWeights } = packOnce(checkpoint, 'wasm');
  const memory = kernels.share();
  if (memory === null) throw new Error('invariant: WebAssembly kernels have a memory to share');
  const tensors = new Map(
    Array.from(checkpoint.tensors, ([name, tensor]) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(tensor.bytes.length));
      bytes.set(tensor.bytes);
      return [name, { ...tensor, bytes }];
    }),
  );
  return { checkpoint: { ...checkpoint, tensors }, memory, weights, memoryWeights };
}

/** In the other thread: the checkpoint to make engines of. */
export function adoptCheckpoint(shared: SharedCheckpoint): Checkpoint {
  const kernels = createKernels('wasm', shared.memory);
  const { weights, memoryWeights } = rebased({ weights: shared.weights, memoryWeights: shared.memoryWeights }, kernels);
  packedOf(shared.checkpoint).set('wasm', { kernels, weights, memoryWeights });
  return shared.checkpoint;
}

/** The same structure with this thread's views of the shared arrays: a message gives each array a buffer object of its own. */
function rebased<T>(value: T, kernels: Kernels): T {
  if (value instanceof Float32Array) return (isShared(value) ? kernels.here(value) : value) as T;
  if (Array.isArray(value)) return value.map((item) => rebased<unknown>(item, kernels)) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rebased<unknown>(item, kernels)])) as T;
}

const isShared = (x: Float32Array): boolean => x.buffer instanceof SharedArrayBuffer;
