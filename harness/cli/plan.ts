/**
 * `evenkeel plan`: what a run would do and what it could find. Nothing is loaded and nothing is written.
 * @module
 */
import type { Command } from 'commander';
import { addPlanFlags, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { prepare, type PlanFlags } from './prepare.ts';
import { tellPlan } from './tell-plan.ts';

const EXAMPLES = `
Examples:
  evenkeel plan
  evenkeel plan -n 2 --filter truncation
  evenkeel plan --shard 1/3            the part of one machine
  evenkeel plan --json | jq '.checks'  n and the rate that each check can find`;

export function addPlanVerb(program: Command, io: CliIo): void {
  addPlanFlags(
    program
      .command('plan')
      .description('list units, requests, tokens and what each check can find, without running anything'),
  )
    .addOption(jsonFlag('the plan, its totals and its checks'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanFlags & { readonly json?: boolean }) => {
      tellPlan(await prepare(flags, io), flags, io);
    });
}
