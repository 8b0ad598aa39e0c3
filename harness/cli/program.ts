/**
 * The command line as one function of arguments and surroundings: `runCli(args, io)` gives the exit code.
 *
 * commander itself would end the process with 1 for a usage error; here it is 2, and nothing but main.ts ends the process.
 * @module
 */
import { Command } from 'commander';
import { EXIT, EXIT_CODES_HELP, tellError } from './exit-code.ts';
import { addCardVerb } from './card.ts';
import { addGateVerb } from './gate.ts';
import type { CliIo } from './io.ts';
import { addListVerb } from './list.ts';
import { addMergeVerb } from './merge.ts';
import { packageVersion } from './package-version.ts';
import { addPlanVerb } from './plan.ts';
import { addProbeVerb } from './probe.ts';
import { addReportVerb } from './report.ts';
import { addRunVerb } from './run.ts';
import { addServeVerb } from './serve.ts';
import { addValidateVerb } from './validate.ts';

/** @param args - without the program's name @returns the exit code */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.pass;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    return tellError(error, io);
  }
  return exitCode;
}

function buildProgram(io: CliIo, setExitCode: (code: number) => void): Command {
  const program = new Command('evenkeel')
    .description(
      'Does a language model, served the way it is served, give the same answer when nothing that should matter has changed?\n' +
        'Runs perturbation suites and writes determinism, drift and leakage reports.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [verb]', 'print the help of a verb')
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', EXIT_CODES_HELP)
    // Inherited by the verbs only when it is set before they are added.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    });
  addRunVerb(program, io, setExitCode);
  addPlanVerb(program, io);
  addMergeVerb(program, io, setExitCode);
  addReportVerb(program, io, setExitCode);
  addGateVerb(program, io, setExitCode);
  addProbeVerb(program, io);
  addCardVerb(program, io);
  addListVerb(program, io);
  addServeVerb(program, io, setExitCode);
  addValidateVerb(program, io);
  return program;
}
