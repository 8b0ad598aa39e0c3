/** Targets: what can be asked. One folder a kind. @module */
export {
  createPartsTarget,
  createReferenceEngineFamily,
  createReferenceEngineTarget,
  loadPartsModule,
  type EngineFamily,
  type PartsTargetOptions,
  type ReferenceEngineOptions,
  type TracedLevel,
} from './reference-engine/index.ts';
export { createNullTarget } from './null/target.ts';
export { createEndpointTarget } from './endpoint/target.ts';
export type { ProbeResult } from './probe/index.ts';
export type { EndpointOptions } from './endpoint/options.ts';
export { createGgufTarget } from './gguf/target.ts';
export type { GgufTargetOptions } from './gguf/options.ts';
export { createModuleTarget } from './module/target.ts';
export type { ModuleAnswer, ModuleRequest, TargetModule } from './module/interface.ts';
export { createReplayTarget } from './replay/target.ts';
export { cardContradictions } from './card/index.ts';
