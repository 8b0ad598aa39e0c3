/**
 * `evenkeel schema`: the JSON Schema of a file of ours, for an editor or another program.
 * @module
 */
import { Argument, type Command } from 'commander';
import type { CliIo } from './io.ts';
import { jsonFlag } from './flags.ts';
import { publishedSchemaText, SCHEMA_NAMES } from './published-schemas.ts';

const EXAMPLES = `
Examples:
  evenkeel schema                names of all schemas
  evenkeel schema config         the schema of evenkeel.config.yaml

The same files are in the package: node_modules/evenkeel/schema/config.json.
In a YAML file, the first line tells an editor:
  # yaml-language-server: $schema=./node_modules/evenkeel/schema/config.json`;

export function addSchemaVerb(program: Command, io: CliIo): void {
  program
    .command('schema')
    .addArgument(new Argument('[name]', 'which schema; without it, their names').choices(SCHEMA_NAMES))
    .description('print the JSON Schema of a config, case file, policy or record')
    .addOption(jsonFlag('the names'))
    .addHelpText('after', EXAMPLES)
    .action((name: string | undefined, flags: { readonly json?: boolean }) => {
      if (name !== undefined) io.stdout.write(publishedSchemaText(name));
      else if (flags.json === true) io.stdout.write(`${JSON.stringify(SCHEMA_NAMES, null, 2)}\n`);
      else io.stdout.write(SCHEMA_NAMES.map((known) => `${known}\n`).join(''));
    });
}
