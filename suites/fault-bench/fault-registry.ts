/**
 * The seeded faults: each is an alternative engine part in a module of its own, loaded by the target that runs it.
 *
 * Exactly one may be active; none by default; the active one is in the manifest.
 * @module
 */

export interface Fault {
  readonly name: string;
  /** One sentence: what is mutated, and what must catch it. */
  readonly title: string;
  /** URL of a module that exports `name` and `parts`. */
  readonly moduleUrl: string;
}

/** From TypeScript sources the modules are .ts, from the build .js. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

function fault(name: string, title: string): Fault {
  return { name, title, moduleUrl: new URL(`./faults/${name}${EXTENSION}`, import.meta.url).href };
}

export const faults: readonly Fault[] = [
  fault(
    'compressor-state-not-reset',
    'A slot keeps the compressor tails of its last request; the leakage report must fail on prior-content.',
  ),
];
