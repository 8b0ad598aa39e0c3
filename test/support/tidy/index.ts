/** Tidy: the rules of the house as functions of a path and a text. `tidy` applies all of them to a whole tree. @module */
import { determinismRules } from './determinism-rules.ts';
import { importRules } from './import-rules.ts';
import type { Source, Violation } from './source.ts';
import { structureRules, testMirrors } from './structure-rules.ts';

export { readTree } from './tree.ts';
export type { Source, Violation } from './source.ts';

/** Every rule by name; `paths` are all files of the tree. */
export const rulesFor = (paths: ReadonlySet<string>) => ({
  ...importRules,
  ...determinismRules,
  ...structureRules,
  testMirrors: testMirrors(paths),
});

export type RuleName = keyof ReturnType<typeof rulesFor>;

/** Every violation of every rule in a tree, in the order of its files. */
export function tidy(sources: readonly Source[]): Violation[] {
  const rules = Object.values(rulesFor(new Set(sources.map(({ path }) => path))));
  return sources.flatMap((source) => rules.flatMap((rule) => rule(source)));
}
