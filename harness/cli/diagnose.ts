/**
 * `evenkeel diagnose [run]`: takes a failing row of a run and says where its two sides part, which factor moves them, and how small a pair
 * still shows it.
 *
 * Runs the target again. Writes diagnosis.json and repro.json into the run folder; the run's own records stay as they are.
 * @module
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeDiagnosis, writeRepro, type RunFolder } from '../store/index.ts';
import { analyse, todayOf } from './analyse.ts';
import { diagnoseRow } from './diagnose-row.ts';
import { EXIT } from './exit-code.ts';
import { chooseRow, type DiagnosedRow } from './failing-row.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag, nonEmpty, wholeNumber } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { recordedRun } from './recorded-run.ts';
import { createTargetPool } from './target-pool.ts';
import { diagnosisLines } from './tell-diagnosis.ts';

interface DiagnoseFlags {
  readonly config?: string;
  readonly row?: string;
  readonly with?: readonly string[];
  readonly budget: number;
  readonly json?: true;
}

const BUDGET_DEFAULT = 400;

const EXAMPLES = `
Examples:
  evenkeel diagnose                                 the worst failing row of the latest run
  evenkeel diagnose latest --row batch-size:size-4-ragged
  evenkeel diagnose --row truncation:head-60 --with prompt-order:exemplar-order-1
  evenkeel diagnose --json | jq .location

The target is asked again, so that it has to be there. An embedded target is taken
from the run, every other one from your config.
Exit code 0 also when nothing failed; the verdict is that of: evenkeel gate`;

export function addDiagnoseVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('diagnose')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('where a difference begins, which factor moves it, and the smallest pair that shows it')
    .option('--row <perturbation:level>', 'this row instead of the worst that failed', nonEmpty)
    .option('--with <perturbation:level>', 'lay this level of the run over the row, repeatable', levelList)
    .option(
      '--budget <probes>',
      'probes of the search for the smallest pair',
      wholeNumber(1, 1_000_000),
      BUDGET_DEFAULT,
    )
    .addOption(configFlag())
    .addOption(jsonFlag('the diagnosis'))
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: DiagnoseFlags) => {
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const chosen = chooseRow(await analyse(run, { today: todayOf(io) }), run.plan, flags.row);
      if (chosen === null) tellNothing(run, flags, io);
      else await tellDiagnosis(run, chosen, flags, io);
      setExitCode(EXIT.pass);
    });
}

function tellNothing(run: RunFolder, flags: DiagnoseFlags, io: CliIo): void {
  if (flags.json === true) io.stdout.write('null\n');
  const words = `Nothing to diagnose: no check of run ${run.id} failed. Choose a row with --row all the same.\n`;
  (flags.json === true ? io.stderr : io.stdout).write(words);
}

async function tellDiagnosis(run: RunFolder, chosen: DiagnosedRow, flags: DiagnoseFlags, io: CliIo): Promise<void> {
  const recorded = await recordedRun(run, flags.config, io);
  const pool = createTargetPool();
  try {
    const { diagnosis, repro } = await diagnoseRow({
      run,
      chosen,
      recorded,
      pool,
      withLevels: flags.with ?? [],
      budget: flags.budget,
      say: (line) => note(io, line),
    });
    writeDiagnosis(run, diagnosis);
    if (repro !== null) writeRepro(run, repro);
    if (flags.json === true) io.stdout.write(`${JSON.stringify(diagnosis, null, 2)}\n`);
    else io.stdout.write(`${diagnosisLines(diagnosis, chosen).join('\n')}\n`);
    note(io, join(run.directory, 'diagnosis.json'));
    if (repro !== null) note(io, join(run.directory, 'repro.json'));
    note(io, `next: see it in the report: evenkeel report ${run.id} -o html`);
  } finally {
    await pool.close();
    await recorded.target.close();
  }
}

function levelList(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), nonEmpty(text)];
}
