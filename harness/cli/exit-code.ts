/**
 * Exit codes, the same from every verb: 0 pass, 1 gate failed, 2 usage or config, 3 incomplete or unreachable, 4 inconclusive
 * (where the policy says so), 130 interrupted.
 * @module
 */
import { CommanderError } from 'commander';
import { ConfigError, DataError, TargetError } from '../ports/index.ts';
import { paint, wantsColour } from './colour.ts';
import type { CliIo } from './io.ts';

export const EXIT = { pass: 0, failed: 1, usage: 2, incomplete: 3, inconclusive: 4, interrupted: 130 } as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    pass (also inconclusive with a warning, when the policy allows it)
  1    the gate failed
  2    usage or configuration is wrong; nothing was written
  3    the run is incomplete, a record is damaged, or the target cannot be reached
  4    inconclusive, and the policy has failOnInconclusive
  130  interrupted; continue with --resume`;

/** Tells an error on stderr and gives its exit code. */
export function tellError(error: unknown, io: CliIo): number {
  // commander has printed its own message, or the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const label = paint('red', 'error:', wantsColour(io, io.stderr, true));
  if (error instanceof ConfigError || error instanceof TargetError || error instanceof DataError) {
    io.stderr.write(`${label} ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${label} evenkeel has failed; this is a defect of evenkeel or of its surroundings.\n${text}\n`);
  return EXIT.incomplete;
}
