import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { publishedSchemaText, SCHEMA_NAMES } from '../../../harness/cli/published-schemas.ts';
import { typescriptConfig, starterCases, yamlConfig } from '../../../harness/cli/starter/index.ts';
import { configSchema, readConfigFile } from '../../../harness/config/index.ts';
import { recordSchemas, upgradeRecord, type RecordKind } from '../../../harness/schema/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';
import { smallConfig } from '../../support/command-line.ts';
import { validatorOf } from '../../support/json-schema-validator.ts';

const schemaOf = (name: string): object => JSON.parse(publishedSchemaText(name)) as object;
const runFolder = fileURLToPath(new URL('../../golden/records-v1/run/', import.meta.url));

function upgraded(kind: RecordKind, text: string): Record<string, unknown> {
  const result = upgradeRecord(kind, JSON.parse(text));
  if (result.kind !== 'upgraded') throw new Error(result.kind);
  return result.value as Record<string, unknown>;
}

const records: readonly (readonly [RecordKind, Record<string, unknown>])[] = [
  ...(['manifest', 'plan', 'findings', 'verdict'] as const).map(
    (kind) => [kind, upgraded(kind, readFileSync(join(runFolder, `${kind}.json`), 'utf8'))] as const,
  ),
  ...readFileSync(join(runFolder, 'units.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ['observation', upgraded('observation', line)] as const),
];

describe('the published JSON Schemas', () => {
  it('cover what people write and every kind of record', () => {
    expect(SCHEMA_NAMES).toEqual(expect.arrayContaining(['config', 'case-file', 'policy']));
    expect(SCHEMA_NAMES).toHaveLength(3 + Object.keys(recordSchemas).length);
  });

  it.each(SCHEMA_NAMES)('%s is a schema that a validator compiles', (name) => {
    expect(validatorOf(schemaOf(name))(null).valid).toBe(false);
  });

  it.each(records)('accept a record of kind %s as evenkeel reads it', (kind, record) => {
    expect(validatorOf(schemaOf(kind))(record).errors).toEqual([]);
  });

  it.each(records)('refuse a record of kind %s with a key too many or too few', (kind, record) => {
    const validate = validatorOf(schemaOf(kind));
    expect(validate({ ...record, extra: 1 }).valid).toBe(false);
    expect(validate({ ...record, schemaVersion: 1 }).valid).toBe(false);
    const { schemaVersion: _gone, ...rest } = record;
    expect(validate(rest).valid).toBe(false);
  });

  it('accept the config of this repository, of the tests, and the starter', async () => {
    const validate = validatorOf(schemaOf('config'));
    const ownConfig = await readConfigFile(fileURLToPath(new URL('../../../evenkeel.config.ts', import.meta.url)));
    for (const config of [ownConfig, smallConfig, parse(yamlConfig.text)] as unknown[])
      expect(validate(config).errors).toEqual([]);
    expect(typescriptConfig.text).toContain('defineConfig');
  });

  it('accept the case files of this repository and the starter', () => {
    const validate = validatorOf(schemaOf('case-file'));
    const own = readFileSync('examples/cases/synthetic-data.yaml', 'utf8');
    for (const text of [own, starterCases.text]) expect(validate(parse(text)).errors).toEqual([]);
  });

  it.each([
    ['an unknown key', { ...smallConfig, casess: 'x' }],
    ['an unknown target', { ...smallConfig, target: { kind: 'nonsense' } }],
    ['a number out of range', { ...smallConfig, target: { kind: 'reference-engine', lanes: 65 } }],
    ['no perturbation', { ...smallConfig, perturbations: {} }],
    ['an unknown perturbation', { ...smallConfig, perturbations: { repeet: {} } }],
    ['an option out of range', { ...smallConfig, perturbations: { repeat: { times: 1 } } }],
    ['no cases', { target: smallConfig.target, perturbations: smallConfig.perturbations }],
  ])('refuse, as evenkeel does, a config with %s', (_what, config) => {
    expect(configSchema(perturbationOptions).safeParse(config).success).toBe(false);
    expect(validatorOf(schemaOf('config'))(config).valid).toBe(false);
  });

  it('are not made for a name that there is not', () => {
    expect(() => publishedSchemaText('nonsense')).toThrow(RangeError);
  });
});
