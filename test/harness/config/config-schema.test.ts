import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../harness/config/index.ts';
import { jsonSchemaOf } from '../../../harness/schema/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';

interface Node {
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Every key of every mapping below a schema, with its place. */
function keysOf(node: Node, place: string): { readonly place: string; readonly node: Node }[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const inner = place === '' ? name : `${place}.${name}`;
    return [{ place: inner, node: child }, ...keysOf(child, inner)];
  });
  const rest = typeof node.additionalProperties === 'object' ? keysOf(node.additionalProperties, `${place}.*`) : [];
  const items = node.items === undefined ? [] : keysOf(node.items, `${place}[]`);
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((one) => keysOf(one, place));
  return [...own, ...rest, ...items, ...variants];
}

describe('the schema of the configuration', () => {
  const keys = keysOf(jsonSchemaOf(configSchema(perturbationOptions), 'configuration'), '');

  it('has a sentence for every key that an editor or the reference page can show', () => {
    // the word that chooses a variant, the editor's own key, and each perturbation, whose options are described
    const obvious = (place: string, node: Node): boolean =>
      node.const !== undefined || place === '$schema' || /^perturbations(\.[a-z-]+)?$/.test(place);
    const bare = keys.filter(({ place, node }) => node.description === undefined && !obvious(place, node));
    expect(bare.map(({ place }) => place)).toEqual([]);
    expect(keys.length).toBeGreaterThan(100);
  });
});
