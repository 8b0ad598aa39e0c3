/**
 * `evenkeel report`: analyses a run folder again and writes its findings, verdict and reports, without a model.
 * @module
 */
import type { Command } from 'commander';
import { addAuditFlags, bundleOptionsOf, checkAuditFlags, type AuditFlags } from './audit/audit-flags.ts';
import { writeBundle } from './audit/write-bundle.ts';
import { analyseAndStore, todayOf } from './analyse.ts';
import { findRun } from './find-run.ts';
import { configFlag, idList, jsonFlag, noColourFlag, outputFlag, reportMaxBytesFlag, wholeNumber } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { reportersOf, reportMaxBytesOf, type ReporterName } from './render.ts';
import { checkHistoryFlags, HISTORY_LAST_DEFAULT, tellHistory, type HistoryFlags } from './report-history.ts';
import { tellResult, type ResultFlags } from './tell-result.ts';

interface ReportFlags extends ResultFlags, AuditFlags, HistoryFlags {
  readonly config?: string;
  readonly output?: readonly ReporterName[];
  readonly reportMaxBytes?: number;
}

const EXAMPLES = `
Examples:
  evenkeel report                         the latest run
  evenkeel report 20261124-041600-3fa2b1  a run by its id
  evenkeel report ./copied/run/folder     a run folder from anywhere
  evenkeel report -o html                 only the HTML file
  evenkeel report --history               the numbers of all stored runs over time, and history.html
  evenkeel report --history --metric kl_mean,kl_max -o html -o markdown
  evenkeel report --audit --responsible "Ada Example" --key audit-key.pem

Findings and verdict are functions of the run folder: they come out byte for byte as the run wrote them.
The exit code is that of the gate; of --history, which judges nothing, 0.`;

export function addReportVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = program
    .command('report')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('analyse a run again and write its reports; no model is needed')
    .addOption(configFlag())
    .addOption(outputFlag())
    .addOption(reportMaxBytesFlag())
    .addOption(jsonFlag('verdict and findings'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide')
    .option('--history', 'the numbers of the stored runs in the order of their time, instead of one run')
    .option(
      '--last <runs>',
      `with --history: the newest so many (default: ${HISTORY_LAST_DEFAULT})`,
      wholeNumber(1, 10_000),
    )
    .option('--metric <ids>', 'with --history: these metrics, comma-separated (docs/export.md names all)', idList);
  addAuditFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: ReportFlags) => {
      checkAuditFlags(flags);
      checkHistoryFlags(id, flags);
      if (flags.history === true) return tellHistory(flags, io);
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const reportMaxBytes = flags.reportMaxBytes ?? reportMaxBytesOf(run);
      const analysis = await analyseAndStore(run, { today: todayOf(io) });
      if (flags.audit !== undefined) {
        const options = { ...bundleOptionsOf(run, flags, io), reportMaxBytes };
        const { folder, zip } = await writeBundle(run, options);
        for (const path of [folder, zip]) note(io, path);
      }
      const reporters = flags.output ?? reportersOf(run);
      setExitCode(tellResult({ run, analysis, flags, io, reporters, reportMaxBytes }));
    });
}
