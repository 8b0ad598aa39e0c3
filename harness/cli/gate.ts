/**
 * `evenkeel gate`: judges a stored run again from its units and gives the exit code of the run. Writes nothing.
 * @module
 */
import type { Command } from 'commander';
import { SCHEMA_VERSION, verdict as verdictSchema, type Verdict } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import { analyse, type Analysis } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag, noColourFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { gateCode, tellNotes, type ResultFlags } from './tell-result.ts';
import { oneLine, tableText } from './words.ts';

interface GateFlags extends ResultFlags {
  readonly config?: string;
}

const EXAMPLES = `
Examples:
  evenkeel gate                  the latest run
  evenkeel gate --json latest    its verdict for a machine

The exit code is the one that \`evenkeel run\` gave.`;

export function addGateVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('gate')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('apply the policy of a stored run to its units; writes nothing')
    .addOption(configFlag())
    .addOption(jsonFlag('the verdict'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: GateFlags) => {
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const analysis = await analyse(run);
      if (flags.json === true) io.stdout.write(`${JSON.stringify(analysis.verdict, null, 2)}\n`);
      else tellVerdict(analysis, flags, io);
      tellNotes(analysis, flags, io);
      tellStaleFiles(run, analysis, flags, io);
      setExitCode(gateCode(analysis, flags));
    });
}

function tellVerdict({ verdict }: Analysis, flags: GateFlags, io: CliIo): void {
  const colour = wantsColour(io, io.stdout, flags.color);
  const paints = { pass: 'green', fail: 'red', inconclusive: 'yellow', incomplete: 'red' } as const;
  if (verdict.checks.length > 0)
    io.stdout.write(
      tableText(
        ['outcome', 'report', 'axis', 'level', 'metric', 'observed'],
        verdict.checks.map((check) => [
          check.outcome,
          check.report,
          check.axis,
          check.level,
          check.metric,
          oneLine(check.observed),
        ]),
      ),
    );
  io.stdout.write(`${paint(paints[verdict.outcome], verdict.outcome, colour)}: ${oneLine(verdict.reason)}\n`);
}

/** The stored verdict is a copy; when it is another one, somebody should know. */
function tellStaleFiles(run: RunFolder, { verdict }: Analysis, flags: GateFlags, io: CliIo): void {
  const stored = run.readText('verdict.json');
  if (stored === null || isCopyOf(stored, verdict)) return;
  const note = paint('yellow', 'warning:', wantsColour(io, io.stderr, flags.color));
  io.stderr.write(
    `${note} verdict.json of run ${run.id} is not what its units give; this verdict is. Write it with: evenkeel report ${run.id}\n`,
  );
}

/** A file of an older schema version is compared in its outcome: the words of the checks may have changed since. */
function isCopyOf(stored: string, verdict: Verdict): boolean {
  if (stored === `${JSON.stringify(verdictSchema.parse(verdict), null, 2)}\n`) return true;
  let old: Partial<Record<'schemaVersion' | 'outcome' | 'exitCode', unknown>> | null;
  try {
    old = JSON.parse(stored) as typeof old;
  } catch {
    return false;
  }
  const isOld = typeof old?.schemaVersion === 'number' && old.schemaVersion < SCHEMA_VERSION;
  return isOld && old?.outcome === verdict.outcome && old.exitCode === verdict.exitCode;
}
