/**
 * The flags that every verb has, before or after the verb: variables from files, and how much is told on stderr.
 * @module
 */
import { Option, type Command } from 'commander';
import { readEnvFiles } from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import { EXIT } from './exit-code.ts';
import type { CliIo } from './io.ts';

interface GlobalFlags {
  readonly envFile?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function addGlobalFlags(program: Command, io: CliIo): void {
  program
    .addOption(
      new Option('--env-file <file>', 'read variables from a file, repeatable; what is set already wins').argParser(
        (file: string, before: readonly string[] | undefined) => [...(before ?? []), file],
      ),
    )
    .addOption(new Option('--quiet', 'only warnings and errors on stderr').conflicts('verbose'))
    .addOption(new Option('--verbose', 'more on stderr: where settings came from, what was found'))
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', (root) => apply(root.opts<GlobalFlags>(), io));
}

function apply({ envFile = [], quiet, verbose }: GlobalFlags, io: CliIo): void {
  Object.assign(io.env, readEnvFiles(envFile, { directory: io.cwd, set: io.env }));
  if (quiet === true) io.telling.level = 'quiet';
  if (verbose === true) io.telling.level = 'verbose';
  failedExitCode(io.env);
}

/** Codes that mean something else; a failed gate must not look like one of them. */
const TAKEN: readonly number[] = [EXIT.pass, EXIT.usage, EXIT.incomplete, EXIT.inconclusive, EXIT.interrupted];

/** The exit code of a failed gate: 1, or what EVENKEEL_FAILED_EXIT_CODE says. */
export function failedExitCode(env: CliIo['env']): number {
  const given = env['EVENKEEL_FAILED_EXIT_CODE'];
  if (given === undefined || given === '') return EXIT.failed;
  const code = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (code >= 1 && code <= 255 && !TAKEN.includes(code)) return code;
  throw new ConfigError({
    code: 'ENVIRONMENT_INVALID',
    at: 'EVENKEEL_FAILED_EXIT_CODE',
    expected: `an exit code 1..255 that has no other meaning (${TAKEN.join(', ')})`,
    got: JSON.stringify(given),
    hint: 'For a job that reports and never fails, use --exit-zero.',
  });
}

/** `--maxBatch` is read as `--max-batch`: flags may be written in either case. Nothing after `--` is touched. */
export function kebabFlags(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((word, index) => {
    if ((end >= 0 && index >= end) || !/^--[a-z]+[A-Z]/.test(word)) return word;
    const [name, ...value] = word.split('=');
    return [name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), ...value].join('=');
  });
}
