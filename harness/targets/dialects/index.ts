/** The registry of dialects, in tree order. @module */
import type { Dialect } from './dialect.ts';
import { evenkeel } from './evenkeel.ts';
import { generic } from './generic.ts';
import { llamaCpp } from './llama-cpp.ts';
import { ollama } from './ollama.ts';
import { sglang } from './sglang.ts';
import { tgi } from './tgi.ts';
import { vllm } from './vllm.ts';

export * from './dialect.ts';
export { leastMaxRows } from './metrics-text.ts';

export const dialects: readonly Dialect[] = [evenkeel, generic, llamaCpp, ollama, sglang, tgi, vllm];
