/** A slot keeps the compressor tails of the request before. @module */
export { name, parts } from '../../../suites/fault-bench/faults/compressor-state-not-reset.ts';
