/**
 * The JSON Schemas that the package ships in `schema/`, by name: `schema/<name>.json`. The build writes them, `evenkeel schema` prints
 * them, both from here.
 * @module
 */
import { perturbationOptions } from '../../perturbations/index.ts';
import { configSchema } from '../config/index.ts';
import { caseFile, jsonSchemaOf, policy, recordSchemas, type JsonSchema } from '../schema/index.ts';

const published = new Map<string, () => JsonSchema>([
  // files that people write
  ['config', () => jsonSchemaOf(configSchema(perturbationOptions), 'evenkeel configuration')],
  ['case-file', () => jsonSchemaOf(caseFile, 'evenkeel case file')],
  ['policy', () => jsonSchemaOf(policy, 'evenkeel policy')],
]);
// and the records that evenkeel writes
for (const [kind, schema] of Object.entries(recordSchemas)) {
  const name = kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  published.set(name, () => jsonSchemaOf(schema, `evenkeel ${name.replaceAll('-', ' ')}`));
}

/** What people write first, then records. */
export const SCHEMA_NAMES: readonly string[] = [...published.keys()];

/** The schema as it stands in a file; @throws RangeError for a name that is not in `SCHEMA_NAMES` */
export function publishedSchemaText(name: string): string {
  const schema = published.get(name);
  if (schema === undefined)
    throw new RangeError(`publishedSchemaText: expected one of ${SCHEMA_NAMES.join(', ')}, got ${name}`);
  return `${JSON.stringify(schema(), null, 2)}\n`;
}
