/**
 * A module of engine parts, named by its URL: how a fault of the fault bench comes into an engine.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';

export interface PartsModule {
  readonly name: string;
  readonly parts: Partial<EngineParts>;
  /** Of the HTTP face; null = the module has none. */
  readonly serverParts: object | null;
  /** How often what the module changes has run; null = the module does not count. */
  readonly activation: { hit(): void; count(): number; reset(): void } | null;
}

/** @throws TypeError when the module is not one of parts */
export async function loadPartsModule(url: string): Promise<PartsModule> {
  // The one module that cannot be named here: a fault is chosen in the configuration.
  const module = (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>;
  const { name, parts, serverParts, activation } = module;
  if (typeof name !== 'string' || typeof parts !== 'object' || parts === null)
    throw new TypeError(`${url}: expected the exports name (text) and parts (a mapping)`);
  return {
    name,
    parts,
    serverParts: typeof serverParts === 'object' ? serverParts : null,
    activation: isActivation(activation) ? activation : null,
  };
}

function isActivation(value: unknown): value is NonNullable<PartsModule['activation']> {
  return (
    typeof value === 'object' && value !== null && ['hit', 'count', 'reset'].every((name) => Object.hasOwn(value, name))
  );
}
