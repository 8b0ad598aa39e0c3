/**
 * The embedded engine as a target. The engine is loaded when the target is made, so that no other target and no other verb waits for it.
 * @module
 */
import type { Target } from '../../schema/index.ts';
import type { ReferenceEngineOptions } from './options.ts';
import type { PartsTargetOptions } from './parts-target.ts';
import type { Tracer } from './tracer.ts';

export { loadPartsModule } from './parts-module.ts';
export type { PartsTargetOptions, ReferenceEngineOptions };
export type { TracedLevel, Tracer } from './tracer.ts';

/** Makes the target; nothing of a model is loaded and no thread starts before the first question. */
export async function createReferenceEngineTarget(options: ReferenceEngineOptions): Promise<Target> {
  const target = await import('./target.ts');
  return target.createReferenceEngineTarget(options);
}

/** The engine with a listener, in this thread: `tracer.ts`. */
export async function openReferenceEngineTracer(options: ReferenceEngineOptions): Promise<Tracer> {
  const tracer = await import('./tracer.ts');
  return tracer.openTracer(options);
}

/** The engine in this thread, over the caller's checkpoint, with options and parts that no configuration names. */
export async function createPartsTarget(options: PartsTargetOptions): Promise<Target> {
  const target = await import('./parts-target.ts');
  return target.createPartsTarget(options);
}
