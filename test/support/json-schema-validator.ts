/**
 * A real JSON Schema validator, for the schemas that the package ships.
 * @module
 */
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface SchemaVerdict {
  readonly valid: boolean;
  /** `/units/0/id must match pattern ...`; [] when valid. */
  readonly errors: readonly string[];
}

/** Compiles a schema in strict mode: a keyword that means nothing is an error. */
export function validatorOf(schema: object): (value: unknown) => SchemaVerdict {
  // A record over an enum has required keys without properties, a nullable enum a union of types: both as zod writes them.
  // Formats are not checked: a pattern stands beside each.
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
  });
  const validate = ajv.compile(schema);
  return (value) => {
    const valid = validate(value);
    return { valid, errors: (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`) };
  };
}
