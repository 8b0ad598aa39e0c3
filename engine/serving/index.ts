/** Serving: requests, sessions with continuous batching, sampling, and the engine that ties them to a checkpoint. @module */
export * from './engine.ts';
export * from './options.ts';
export { adoptCheckpoint, shareCheckpoint } from './packed.ts';
export type { SharedCheckpoint } from './packed.ts';
export * from './parts.ts';
export * from './request.ts';
export * from './request-domain.ts';
export * from './sampler.ts';
export * from './counter-rng.ts';
export * from './served-request.ts';
export * from './session.ts';
export * from './sampling-rows.ts';
export * from './response-routes.ts';
export * from './future-tokens.ts';
export * from './session-counters.ts';
export * from './text-stream.ts';
