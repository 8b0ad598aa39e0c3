/**
 * The embedded engine as a target. The engine is loaded when the target is made, so that no other target and no other verb waits for it.
 * @module
 */
import type { Target } from '../../schema/index.ts';
import type { EngineFamily } from './family.ts';
import type { ReferenceEngineOptions } from './options.ts';
import type { PartsTargetOptions } from './parts-target.ts';

export { loadPartsModule } from './parts-module.ts';
export type { PartsTargetOptions, ReferenceEngineOptions };
export type { EngineFamily } from './family.ts';
export type { TracedLevel } from './tracer.ts';

/** Makes the target; nothing of a model is loaded and no thread starts before the first question. */
export async function createReferenceEngineTarget(options: ReferenceEngineOptions): Promise<Target> {
  const target = await import('./target.ts');
  return target.createReferenceEngineTarget(options);
}

/** Engines over one checkpoint in this thread, as targets and with a listener: `family.ts`. */
export async function createReferenceEngineFamily(): Promise<EngineFamily> {
  const family = await import('./family.ts');
  return family.createEngineFamily();
}

/** The engine in this thread, over the caller's checkpoint, with options and parts that no configuration names. */
export async function createPartsTarget(options: PartsTargetOptions): Promise<Target> {
  const target = await import('./parts-target.ts');
  return target.createPartsTarget(options);
}
