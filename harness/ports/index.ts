/** What a pure room may not make itself: errors with exit codes, time, reproducible numbers. @module */
export * from './errors.ts';
export * from './clock.ts';
export * from './rng.ts';
