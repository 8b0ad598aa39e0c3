/**
 * `evenkeel doctor`: is everything here that a run needs? Looks, and leaves nothing behind.
 * @module
 */
import type { Command } from 'commander';
import { paint, wantsColour } from '../colour.ts';
import { EXIT } from '../exit-code.ts';
import { addPlanFlags, jsonFlag, noColourFlag } from '../flags.ts';
import type { CliIo } from '../io.ts';
import type { PlanFlags } from '../prepare.ts';
import { oneLine } from '../words.ts';
import type { DoctorCheck } from './check.ts';
import { machineChecks } from './machine.ts';
import { projectChecks } from './project.ts';

interface DoctorFlags extends PlanFlags {
  readonly json?: boolean;
  readonly color: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel doctor
  evenkeel doctor --json

Exit code 0 when a run can start (warnings are told), 2 when the config is
wrong, 3 when something else is missing.`;

export function addDoctorVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  addPlanFlags(program.command('doctor').description('check the runtime, the config, the disk and the target'))
    .addOption(jsonFlag('the checks'))
    .addOption(noColourFlag())
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DoctorFlags) => {
      const checks = [...machineChecks(io), ...(await projectChecks(flags, io))];
      const failed = checks.filter(({ status }) => status === 'fail');
      const exitCode = failed.length === 0 ? EXIT.pass : Math.max(...failed.map((check) => check.exitCode));
      if (flags.json === true)
        io.stdout.write(
          `${JSON.stringify({ exitCode, checks: checks.map(({ name, status, found, todo }) => ({ name, status, found, todo })) }, null, 2)}\n`,
        );
      else io.stdout.write(checks.map((check) => checkText(check, wantsColour(io, io.stdout, flags.color))).join(''));
      setExitCode(exitCode);
    });
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red', 'not-checked': 'grey' } as const;

function checkText({ name, status, found, todo }: DoctorCheck, colour: boolean): string {
  const word = paint(COLOURS[status], (status === 'not-checked' ? '-' : status).padEnd(4), colour);
  const line = `${word}  ${name.padEnd(14)}  ${oneLine(found)}\n`;
  return todo === '' ? line : `${line}${' '.repeat(22)}-> ${todo}\n`;
}
