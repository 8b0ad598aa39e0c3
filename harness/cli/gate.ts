/**
 * `evenkeel gate`: judges a stored run again from its units and gives the exit code of the run. Writes nothing.
 * @module
 */
import type { Command } from 'commander';
import { SCHEMA_VERSION, verdict as verdictSchema, type Verdict } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import { analyse, todayOf, type Analysis } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { loadBaseline } from './compare.ts';
import { findRun } from './find-run.ts';
import { baselineFlag, configFlag, jsonFlag, noColourFlag, policyFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { loadPolicyFlag } from './policy-places.ts';
import { checkLines, verdictLines } from './tell-checks.ts';
import { gateCode, tellNextStep, tellNotes, type ResultFlags } from './tell-result.ts';
import { counted, oneLine } from './words.ts';

interface GateFlags extends ResultFlags {
  readonly config?: string;
  readonly policy?: string;
  readonly baseline?: string;
}

const EXAMPLES = `
Examples:
  evenkeel gate                  the latest run
  evenkeel gate --json latest    its verdict for a machine
  evenkeel gate --policy strict.yaml
  evenkeel gate latest --baseline main

Without --policy and --baseline the exit code is the one that \`evenkeel run\` gave.`;

export function addGateVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('gate')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('apply a policy to the units of a stored run; no model is needed, nothing is written')
    .addOption(configFlag())
    .addOption(policyFlag())
    .addOption(baselineFlag())
    .addOption(jsonFlag('the verdict'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: GateFlags) => {
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const policy = loadPolicyFlag(flags.policy, run.plan, io);
      const baseline = flags.baseline === undefined ? undefined : await loadBaseline(flags.baseline, config, io);
      const analysis = await analyse(run, { today: todayOf(io), policy, baseline });
      if (flags.json === true) io.stdout.write(`${JSON.stringify(analysis.verdict, null, 2)}\n`);
      else tellVerdict(analysis, flags, io);
      tellNotes(analysis, flags, io);
      if (policy === undefined && baseline === undefined) tellStaleFiles(run, analysis, flags, io);
      tellNextStep(analysis.verdict, io);
      setExitCode(gateCode(analysis, flags));
    });
}

function tellVerdict({ verdict }: Analysis, flags: GateFlags, io: CliIo): void {
  const style = { colour: wantsColour(io, io.stdout, flags.color), columns: io.stdout.columns };
  const counts = new Map<string, number>();
  for (const { outcome, report } of verdict.checks)
    if (outcome === 'pass') counts.set(report, (counts.get(report) ?? 0) + 1);
  const passed = [...counts].map(
    ([report, count]) => `${paint('green', 'pass', style.colour)}  ${report}: ${counted(count, 'check')}`,
  );
  const invariants = verdict.invariants.map(({ knob, text }) => `  ${oneLine(`${knob}: ${text}`)}`);
  const lines = [
    ...checkLines(verdict.checks, verdict, style),
    ...passed,
    ...(invariants.length === 0 ? [] : ['What each knob leaves of an output:', ...invariants]),
    ...verdictLines(verdict, style),
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
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
