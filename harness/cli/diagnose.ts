/**
 * `evenkeel diagnose [run]`: takes a failing row of a run and says where its two sides part.
 *
 * Runs the target again. Writes diagnosis.json into the run folder; the run's own records stay as they are.
 * @module
 */
import type { Command } from 'commander';
import { differenceKindOf } from '../diagnose/index.ts';
import { jobFor } from '../plan/index.ts';
import { SCHEMA_VERSION, type Diagnosis, type Plan, type Unit } from '../schema/index.ts';
import { writeDiagnosis, type RunFolder } from '../store/index.ts';
import { analyse, todayOf } from './analyse.ts';
import { EXIT } from './exit-code.ts';
import { chooseRow, type DiagnosedRow } from './failing-row.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag, nonEmpty } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { locatePair, runPair, standalone, type JobPair } from './locate-pair.ts';
import { recordedRun, type RecordedRun } from './recorded-run.ts';
import { diagnosisLines } from './tell-diagnosis.ts';

interface DiagnoseFlags {
  readonly config?: string;
  readonly row?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  evenkeel diagnose                                 the worst failing row of the latest run
  evenkeel diagnose latest --row batch-size:size-4-ragged
  evenkeel diagnose --json | jq .location

The target is asked again, so that it has to be there. An embedded target is taken
from the run, every other one from your config.
Exit code 0 also when nothing failed; the verdict is that of: evenkeel gate`;

export function addDiagnoseVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('diagnose')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('say where a difference begins: first token, layer and op')
    .option('--row <perturbation:level>', 'this row instead of the worst that failed', nonEmpty)
    .addOption(configFlag())
    .addOption(jsonFlag('the diagnosis'))
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: DiagnoseFlags) => {
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const chosen = chooseRow(await analyse(run, { today: todayOf(io) }), run.plan, flags.row);
      if (chosen === null) tellNothing(run, flags, io);
      else await diagnoseRow(run, chosen, flags, io);
      setExitCode(EXIT.pass);
    });
}

function tellNothing(run: RunFolder, flags: DiagnoseFlags, io: CliIo): void {
  if (flags.json === true) io.stdout.write('null\n');
  const words = `Nothing to diagnose: no check of run ${run.id} failed. Choose a row with --row all the same.\n`;
  (flags.json === true ? io.stderr : io.stdout).write(words);
}

async function diagnoseRow(run: RunFolder, chosen: DiagnosedRow, flags: DiagnoseFlags, io: CliIo): Promise<void> {
  const recorded = await recordedRun(run, flags.config, io);
  try {
    const found = await diagnose(run, chosen, recorded);
    writeDiagnosis(run, found);
    if (flags.json === true) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else io.stdout.write(`${diagnosisLines(found, chosen).join('\n')}\n`);
    note(io, `${run.directory}/diagnosis.json`);
  } finally {
    await recorded.target.close();
  }
}

async function diagnose(run: RunFolder, chosen: DiagnosedRow, recorded: RecordedRun): Promise<Diagnosis> {
  const { row, pair } = chosen;
  const jobs = jobsOf(run.plan, chosen, recorded);
  const sides = await runPair(recorded.target, jobs);
  const by = differenceKindOf(row.promise, sides);
  const why = 'not asked';
  return {
    schemaVersion: SCHEMA_VERSION,
    runId: run.id,
    row,
    pair,
    by,
    location: await locatePair(jobs, sides, by, { own: recorded.own, tokenizer: recorded.target.tokenizer }),
    attribution: { kind: 'not-measured', why },
    reproducer: { kind: 'not-measured', why },
  };
}

/** The two jobs of the row's pair, each standing alone. */
function jobsOf({ units }: Plan, { row, pair }: DiagnosedRow, { planInput }: RecordedRun): JobPair {
  const unit = units.find(({ id }) => id === pair.unitId);
  if (unit === undefined) throw new RangeError(`invariant: a finding names unit ${pair.unitId}, which is not planned`);
  return pairOfUnit(unit, row.level, pair.requestId, planInput);
}

function pairOfUnit(unit: Unit, levelId: string, watched: string, planInput: RecordedRun['planInput']): JobPair {
  const level = unit.levels.find(({ id }) => id === levelId);
  const reference = unit.levels.find(({ id }) => id === level?.reference);
  if (level === undefined || reference === undefined)
    throw new RangeError(`invariant: unit ${unit.id} has no level ${levelId} with a reference`);
  return {
    reference: standalone(jobFor(planInput, unit, reference)),
    level: standalone(jobFor(planInput, unit, level)),
    watched,
  };
}
