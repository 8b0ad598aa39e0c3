/** Serving: requests, sessions with continuous batching, sampling, and the engine that ties them to a checkpoint. @module */
export * from './engine.ts';
export * from './parts.ts';
export * from './request.ts';
export * from './sampler.ts';
export * from './counter-rng.ts';
export * from './session.ts';
