/**
 * `evenkeel validate`: checks the config, its case files and its plan. Nothing is loaded and nothing is written.
 * @module
 */
import type { Command } from 'commander';
import { addPlanFlags } from './flags.ts';
import type { CliIo } from './io.ts';
import { prepare, type PlanFlags } from './prepare.ts';
import { counted } from './words.ts';

const EXAMPLES = `
Examples:
  evenkeel validate
  evenkeel validate -c other/evenkeel.config.yaml

Every problem is told at once, with its place, what was expected and what was there; exit code 2.`;

export function addValidateVerb(program: Command, io: CliIo): void {
  addPlanFlags(program.command('validate').description('check the config and its case files'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanFlags) => {
      const { file, cases, plan } = await prepare(flags, io);
      io.stdout.write(`${file}: valid, ${counted(cases.length, 'case')}, ${counted(plan.units.length, 'unit')}\n`);
    });
}
