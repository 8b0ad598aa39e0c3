/**
 * A zod schema in the words of an error message: `integer 1..64`, `one of "html", "json"`, `list of text`.
 *
 * Written once from the schema itself, so that a message cannot disagree with the check that made it.
 * @module
 */
import type { z } from 'zod';

type AnySchema = z.core.$ZodType;
type Path = readonly PropertyKey[];

/** What a value has to be, in words. */
export function expectedText(schema: AnySchema): string {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'optional':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return expectedText(def.innerType);
    case 'nullable':
      return `${expectedText(def.innerType)} or null`;
    case 'pipe':
      return expectedText(def.out);
    case 'number':
      return numberText(def);
    case 'string':
      return boundsOf(def.checks).leastLength === 0 ? 'text' : 'text that is not empty';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'literal':
      return choiceText(def.values);
    case 'enum':
      return choiceText(Object.values(def.entries));
    case 'array': {
      const least = boundsOf(def.checks).leastLength;
      const list = `list of ${expectedText(def.element)}`;
      return least === 0 ? list : `${list}, at least ${least}`;
    }
    case 'object':
    case 'record':
      return 'a mapping';
    case 'union':
      return isDiscriminated(def) ? `a mapping with ${def.discriminator}` : def.options.map(expectedText).join(' or ');
    default:
      return `a value of type ${def.type}`;
  }
}

/** The schema that checks the value at a path, or null where the path leaves the schema. */
export function schemaAt(schema: AnySchema, path: Path, value: unknown): AnySchema | null {
  if (path.length === 0) return schema;
  const def = (unwrapped(schema) as z.core.$ZodTypes)._zod.def;
  const [key, ...rest] = path;
  const inner = childValue(value, key);
  switch (def.type) {
    case 'object': {
      const child = def.shape[String(key)] as AnySchema | undefined;
      return child === undefined ? null : schemaAt(child, rest, inner);
    }
    case 'record':
      return schemaAt(def.valueType, rest, inner);
    case 'array':
      return schemaAt(def.element, rest, inner);
    case 'union': {
      const chosen = isDiscriminated(def) ? chosenOption(def, value) : null;
      return chosen === null ? null : schemaAt(chosen, path, value);
    }
    default:
      return null;
  }
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => childValue(inner, key), value);
}

/** The keys that a mapping may have; [] for anything else. */
export function knownKeys(schema: AnySchema, value: unknown): string[] {
  const def = (unwrapped(schema) as z.core.$ZodTypes)._zod.def;
  if (def.type === 'object') return Object.keys(def.shape);
  if (def.type !== 'union' || !isDiscriminated(def)) return [];
  const chosen = chosenOption(def, value);
  return chosen === null ? [] : knownKeys(chosen, value);
}

/** The schema behind defaults, optional, nullable and preprocess. */
function unwrapped(schema: AnySchema): AnySchema {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'pipe') return unwrapped(def.out);
  return 'innerType' in def ? unwrapped(def.innerType) : schema;
}

interface Bound {
  readonly value: number;
  readonly inclusive: boolean;
}

interface Bounds {
  readonly min: Bound | null;
  readonly max: Bound | null;
  readonly leastLength: number;
}

// Read from the checks: the schema's own `bag` of limits is not filled in every zod 4 release (empty in 4.6.7).
function boundsOf(checks: readonly z.core.$ZodCheck<never>[] | undefined): Bounds {
  let min: Bound | null = null;
  let max: Bound | null = null;
  let leastLength = 0;
  for (const check of checks ?? []) {
    const def = check._zod.def as z.core.$ZodChecks['_zod']['def'];
    if (def.check === 'greater_than') min = { value: Number(def.value), inclusive: def.inclusive };
    if (def.check === 'less_than') max = { value: Number(def.value), inclusive: def.inclusive };
    if (def.check === 'min_length') leastLength = def.minimum;
  }
  return { min, max, leastLength };
}

function numberText(def: z.core.$ZodNumberDef & { readonly format?: string }): string {
  const noun = def.format === 'safeint' ? 'integer' : 'number';
  const { min, max } = boundsOf(def.checks);
  if (min?.inclusive === true && max?.inclusive === true) return `${noun} ${min.value}..${max.value}`;
  const bounds: string[] = [];
  if (min !== null) bounds.push(`${min.inclusive ? '>=' : '>'} ${min.value}`);
  if (max !== null) bounds.push(`${max.inclusive ? '<=' : '<'} ${max.value}`);
  return bounds.length === 0 ? noun : `${noun} ${bounds.join(' and ')}`;
}

function choiceText(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value) ?? String(value));
  return words.length === 1 ? words[0] : `one of ${words.join(', ')}`;
}

type UnionDef = Extract<z.core.$ZodTypes['_zod']['def'], { type: 'union' }>;
type DiscriminatedDef = UnionDef & { readonly discriminator: string };

function isDiscriminated(def: UnionDef): def is DiscriminatedDef {
  return 'discriminator' in def && typeof def.discriminator === 'string';
}

function chosenOption(def: DiscriminatedDef, value: unknown): AnySchema | null {
  const told = childValue(value, def.discriminator);
  for (const option of def.options) {
    const tag = schemaAt(option, [def.discriminator], value) as z.core.$ZodTypes | null;
    if (tag?._zod.def.type === 'literal' && tag._zod.def.values.includes(told as never)) return option;
  }
  return null;
}

function childValue(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}
