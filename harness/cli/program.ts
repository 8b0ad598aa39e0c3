/**
 * The command line as one function of arguments and surroundings: `runCli(args, io)` gives the exit code.
 *
 * commander itself would end the process with 1 for a usage error; here it is 2, and nothing but main.ts ends the process.
 * @module
 */
import { Command } from 'commander';
import { addBaselineVerb } from './baseline.ts';
import { addCompareVerb } from './compare.ts';
import { addCompletionVerb } from './completion/completion.ts';
import { addDiagnoseVerb } from './diagnose.ts';
import { addDoctorVerb } from './doctor/doctor.ts';
import { EXIT, EXIT_CODES_HELP, tellError } from './exit-code.ts';
import { addCardVerb } from './card.ts';
import { addExportVerb } from './export.ts';
import { addFaultBenchVerb } from './fault-bench/fault-bench.ts';
import { addGateVerb } from './gate.ts';
import { addGlobalFlags, failedExitCode, kebabFlags } from './global-flags.ts';
import { addInitVerb } from './init.ts';
import type { CliIo } from './io.ts';
import { addListVerb } from './list.ts';
import { addMergeVerb } from './merge.ts';
import { packageVersion } from './package-version.ts';
import { addPlanVerb } from './plan.ts';
import { addProbeVerb } from './probe.ts';
import { addReplayVerb } from './replay.ts';
import { addReportVerb } from './report.ts';
import { addRunVerb } from './run.ts';
import { addSchemaVerb } from './schema.ts';
import { addServeVerb } from './serve.ts';
import { addValidateVerb } from './validate.ts';
import { addViewVerb } from './view.ts';
import { addVerifyVerb } from './verify.ts';

/** The verbs in the order of the help. A new verb is one line here; it takes what it needs of the three arguments. */
const VERBS: readonly ((program: Command, io: CliIo, setExitCode: (code: number) => void) => void)[] = [
  addInitVerb,
  addRunVerb,
  addPlanVerb,
  addMergeVerb,
  addReportVerb,
  addExportVerb,
  addViewVerb,
  addGateVerb,
  addProbeVerb,
  addCardVerb,
  addCompareVerb,
  addDiagnoseVerb,
  addReplayVerb,
  addBaselineVerb,
  addFaultBenchVerb,
  addListVerb,
  addServeVerb,
  addValidateVerb,
  addVerifyVerb,
  addDoctorVerb,
  addSchemaVerb,
  addCompletionVerb,
];

/** @param args - without the program's name @returns the exit code */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.pass;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(kebabFlags(args), { from: 'user' });
    return exitCode === EXIT.failed ? failedExitCode(io.env) : exitCode;
  } catch (error) {
    return tellError(error, io);
  }
}

/** The commander definitions: help, completion and docs/cli.md are made from them. */
export function buildProgram(io: CliIo, setExitCode: (code: number) => void): Command {
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
  addGlobalFlags(program, io);
  for (const addVerb of VERBS) addVerb(program, io, setExitCode);
  return program;
}
