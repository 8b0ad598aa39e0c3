/** The engine's HTTP face, a door of its own: whoever computes in a browser loads no HTTP server. @module */
export { createEngineServer } from './server.ts';
export type { EngineServer } from './server.ts';
export { LIMIT_DEFAULTS } from './options.ts';
export type { ServerLimits, ServerOptions, ServerParts } from './options.ts';
