/**
 * A module of engine parts, named by its URL: how a fault of the fault bench comes into an engine.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';

/** @throws TypeError when the module is not one of parts */
export async function loadPartsModule(
  url: string,
): Promise<{ readonly name: string; readonly parts: Partial<EngineParts> }> {
  // The one module that cannot be named here: a fault is chosen in the configuration.
  const module = (await import(/* @vite-ignore */ url)) as { readonly name?: unknown; readonly parts?: unknown };
  const { name, parts } = module;
  if (typeof name !== 'string' || typeof parts !== 'object' || parts === null)
    throw new TypeError(`${url}: expected the exports name (text) and parts (a mapping)`);
  return { name, parts };
}
