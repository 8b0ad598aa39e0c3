/** The embedded engine as a target. A door of its own: the engine is loaded where it is asked for, not with the other targets. @module */
export { loadPartsModule } from './parts-module.ts';
export { createReferenceEngineTarget } from './target.ts';
export type { ReferenceEngineOptions } from './options.ts';
