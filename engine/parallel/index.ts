/** Executors: who runs the calls of a kernel that was cut into parts. @module */
export { inlineExecutor } from './executor.ts';
export type { CallArguments, Executor, ModuleFunctions } from './executor.ts';
export { threadExecutor } from './thread-executor.ts';
