/**
 * zod schema -> JSON Schema (draft 2020-12), for editors and for other programs that read our files.
 *
 * What JSON Schema cannot say (a check of our own, such as "all different") is said in the `description`: the file is then accepted by
 * an editor and refused by evenkeel, never the other way round.
 * @module
 */
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of what a file may hold: a key with a default may be left out. */
export function jsonSchemaOf(schema: z.ZodType, title: string): JsonSchema {
  return { title, ...convert(schema) };
}

function convert(schema: z.core.$ZodType): Record<string, unknown> {
  const converted = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'pipe' && def.in._zod.def.type === 'transform') {
        // z.preprocess: null stands for the defaults, else the value itself.
        const { $schema: _dialect, ...inner } = convert(def.out);
        // What zod has written there is the value alone.
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, { anyOf: [inner, { type: 'null' }] });
      }
      const rules = ownRules(def);
      // A description of a wrapper (default, optional) replaces the one inside it.
      if (rules.length > 0 && jsonSchema.description?.includes('Must be: ') !== true)
        jsonSchema.description = [jsonSchema.description, `Must be: ${rules.join('; ')}.`].filter(Boolean).join(' ');
    },
  });
  return { ...converted };
}

/** The messages of checks that are functions. */
function ownRules(def: z.core.$ZodTypeDef & { readonly innerType?: z.core.$ZodType }): string[] {
  if (def.innerType !== undefined) return ownRules(def.innerType._zod.def);
  return (def.checks ?? []).flatMap((check) => {
    const own = check._zod.def as { readonly check: string; readonly error?: unknown };
    if (own.check !== 'custom' || typeof own.error !== 'function') return [];
    const message: unknown = (own.error as (issue: unknown) => unknown)({ code: 'custom', input: undefined });
    return typeof message === 'string' ? [message] : [];
  });
}
