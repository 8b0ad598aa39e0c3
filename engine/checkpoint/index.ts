/** Checkpoint: safetensors in and out, config.json, tensor names, digests, and checkpoints made from a seed. @module */
export * from './errors.ts';
export * from './config.ts';
export * from './inventory.ts';
export * from './safetensors.ts';
export * from './checkpoint.ts';
export * from './load.ts';
export * from './save.ts';
export * from './dequantise.ts';
export * from './gguf.ts';
export * from './seeded.ts';
