/**
 * `evenkeel plan`: what a run would do, as a table of units. Nothing is loaded and nothing is written.
 * @module
 */
import type { Command } from 'commander';
import { planCost } from '../plan/index.ts';
import { plan as planSchema } from '../schema/index.ts';
import { addPlanFlags, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { prepare, type PlanFlags } from './prepare.ts';
import { counted, tableText } from './words.ts';

const CASES_SHOWN = 3;
const EXAMPLES = `
Examples:
  evenkeel plan
  evenkeel plan -n 2 --filter truncation
  evenkeel plan --json | jq '.totals'`;

export function addPlanVerb(program: Command, io: CliIo): void {
  addPlanFlags(program.command('plan').description('list the units, requests and tokens of a run without running it'))
    .addOption(jsonFlag('the plan and its totals'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanFlags & { readonly json?: boolean }) => {
      const { plan } = await prepare(flags, io);
      const totals = planCost(plan);
      if (flags.json === true) {
        io.stdout.write(`${JSON.stringify({ ...planSchema.parse(plan), totals }, null, 2)}\n`);
        return;
      }
      io.stdout.write(
        tableText(
          ['unit', 'perturbation', 'levels', 'requests', 'tokens', 'cases'],
          plan.units.map(({ id, perturbation, levels, cost, caseIds }) => [
            id,
            perturbation,
            levels.length,
            cost.requests,
            cost.tokens,
            caseWords(caseIds),
          ]),
        ),
      );
      io.stdout.write(
        `\n${counted(totals.units, 'unit')}, ${counted(totals.levels, 'level')}, ${counted(totals.requests, 'request')}, ${counted(totals.tokens, 'token')}\nplan ${plan.planSha256}\n`,
      );
    });
}

function caseWords(ids: readonly string[]): string {
  const shown = ids.slice(0, CASES_SHOWN).join(', ');
  return ids.length > CASES_SHOWN ? `${shown} and ${ids.length - CASES_SHOWN} more` : shown;
}
