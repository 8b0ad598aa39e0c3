/**
 * `evenkeel validate`: checks the config, its case files and its plan. Nothing is loaded and nothing is written.
 * @module
 */
import type { Command } from 'commander';
import { addPlanFlags, jsonFlag, lanesFlag, outputFlag, reportMaxBytesFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { prepare, type PlanFlags } from './prepare.ts';
import { counted, oneLine, tableText } from './words.ts';

const VALUE_CHARACTERS = 40;

const EXAMPLES = `
Examples:
  evenkeel validate
  evenkeel validate -c other/evenkeel.config.yaml
  evenkeel validate --print          every value, and where it came from
  evenkeel validate --print --json   the same for a machine, values in full

Every problem is told at once, with its place, what was expected and what was
there; exit code 2. Flags win over the environment, the environment over the
file, the file over defaults.`;

interface ValidateFlags extends PlanFlags {
  readonly print?: boolean;
  readonly json?: boolean;
}

export function addValidateVerb(program: Command, io: CliIo): void {
  addPlanFlags(program.command('validate').description('check the config and its case files'))
    .addOption(lanesFlag())
    .addOption(outputFlag())
    .addOption(reportMaxBytesFlag())
    .option('--print', 'print every value of the configuration and where it came from')
    .addOption(jsonFlag('the result'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ValidateFlags) => {
      const { file, cases, plan, config, sources } = await prepare(flags, io);
      if (flags.json === true) {
        const printed = flags.print === true ? { config, sources } : {};
        const result = { file, cases: cases.length, units: plan.units.length, planSha256: plan.planSha256, ...printed };
        io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        return;
      }
      if (flags.print === true)
        io.stdout.write(
          tableText(
            ['key', 'value', 'from'],
            sources.map(({ key, value, from }) => [key, valueText(value), from]),
          ),
        );
      io.stdout.write(`${file}: valid, ${counted(cases.length, 'case')}, ${counted(plan.units.length, 'unit')}\n`);
    });
}

function valueText(value: unknown): string {
  const text = oneLine(JSON.stringify(value) ?? 'not set');
  return text.length <= VALUE_CHARACTERS ? text : `${text.slice(0, VALUE_CHARACTERS - 3)}...`;
}
