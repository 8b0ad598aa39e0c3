/**
 * The embedded engine as a target. The engine is loaded when the target is made, so that no other target and no other verb waits for it.
 * @module
 */
import type { Target } from '../../schema/index.ts';
import type { ReferenceEngineOptions } from './options.ts';
import type { Tracer } from './tracer.ts';

export { loadPartsModule } from './parts-module.ts';
export type { ReferenceEngineOptions };
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
