/** Trace: what the engine shows of its inside. @module */
export * from './tap.ts';
