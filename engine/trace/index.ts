/** Trace: what the engine shows of its inside. @module */
export * from './events.ts';
export * from './fingerprint.ts';
export * from './tap.ts';
